import { describe, expect, test } from "vitest";
import {
  isClosing,
  type Listed,
  readListed,
  readName,
  restOf,
  withListed,
  withoutListed,
  withRest,
} from "./mayInvite";

const anna: Listed = { fate: "blocked", of: "users", name: "@anna:a.org" };
const server: Listed = { fate: "ignored", of: "servers", name: "*.example.org" };

describe("lists of whose invitations are taken", () => {
  test("everybody may invite where nothing is kept, or only what is no list", () => {
    expect(restOf(false, undefined)).toBe("all");
    expect(readListed({ blocked_users: "@anna:a.org", allowed_servers: [1] })).toEqual([]);
  });

  test("refusing all goes before the lists", () => {
    expect(isClosing({ default_action: "block" })).toBe(true);
    expect(isClosing({ default_action: "allow" })).toBe(false);
    expect(restOf(true, withRest({}, "listed"))).toBe("nobody");
  });

  test("only those listed: all other servers are refused, which is not shown as one", () => {
    const lists = withRest(withListed({}, { ...anna, fate: "allowed" }), "listed");
    expect(lists).toEqual({ allowed_users: ["@anna:a.org"], blocked_servers: ["*"] });
    expect(restOf(false, lists)).toBe("listed");
    expect(readListed(lists)).toEqual([{ ...anna, fate: "allowed" }]);
    expect(withRest(lists, "all")).toEqual({ allowed_users: ["@anna:a.org"] });
  });

  test("who is listed anew is listed once", () => {
    const lists = withListed(withListed({}, anna), { ...anna, fate: "allowed" });
    expect(readListed(lists)).toEqual([{ ...anna, fate: "allowed" }]);
  });

  test("what is taken out is gone, and what another client keeps there stays", () => {
    const lists = withListed(withListed({ enabled: true }, anna), server);
    expect(readListed(lists)).toEqual([server, anna]);
    expect(withoutListed(lists, anna)).toEqual({
      enabled: true,
      ignored_servers: ["*.example.org"],
    });
  });
});

test("an address is a person's, a name without @ a server's", () => {
  expect(readName(" @anna:a.org ")).toEqual({ of: "users", name: "@anna:a.org" });
  expect(readName("@*:a.org")?.of).toBe("users");
  expect(readName("*.a.org:8448")).toEqual({ of: "servers", name: "*.a.org:8448" });
  for (const typed of ["", "*", "@anna", "anna@a.org", "a b.org", "a".repeat(256)])
    expect(readName(typed)).toBeUndefined();
});
