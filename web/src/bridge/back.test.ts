import { expect, test } from "vitest";
import { whenBack } from "./back";
import type { Client } from "./client";

type Show = (view: { state: string }) => void;

function connection(first: string) {
  const shows = new Set<Show>();
  const watchValue = ((_name: string, _ask: null, show: Show) => {
    shows.add(show);
    show({ state: first });
    return () => shows.delete(show);
  }) as unknown as Client["watchValue"];
  const tell = (state: string) => {
    for (const show of shows) show({ state });
  };
  return { client: { watchValue }, shows, tell };
}

test("what failed is asked for once, when the server is back", () => {
  const { client, shows, tell } = connection("online");
  let asked = 0;
  whenBack(client, () => asked++);
  tell("online");
  expect(asked).toBe(0);
  for (const state of ["offline", "connecting", "online", "offline", "online"]) tell(state);
  expect(asked).toBe(1);
  expect(shows.size).toBe(0);
});

test("who is gone asks for nothing", () => {
  const { client, shows, tell } = connection("offline");
  let asked = 0;
  whenBack(client, () => asked++)();
  tell("online");
  expect([asked, shows.size]).toEqual([0, 0]);
});
