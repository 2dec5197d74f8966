/** An institution on a server of tests, made by its administrator. */

import { createHmac } from "node:crypto";
import { PASSWORD, type Server } from "./depesha";
import { Person } from "./person";

/** Lets `makeAdmin` make one; a setting of the server. */
export const SECRET = "a secret of tests";
const ADMIN = "/_depesha/v1/admin/org";

export interface House {
  root: Person;
  chief: Person;
  clerk: Person;
  ministry: number;
  law: number;
  courts: number;
}

/** An administrator, made as Synapse's tools make one. */
async function makeAdmin(server: Server, name: string): Promise<Person> {
  const url = `${server.url}/_synapse/admin/v1/register`;
  const { nonce } = (await (await fetch(url)).json()) as { nonce: string };
  const signed = [nonce, name, PASSWORD, "admin"].join("\0");
  const mac = createHmac("sha1", SECRET).update(signed).digest("hex");
  const body = { nonce, username: name, password: PASSWORD, admin: true, mac };
  await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return Person.signIn(server, name, `org-${name}`);
}

export const keep = (root: Person, method: "POST" | "PUT", path: string, body: object) =>
  root.do("own.call", { method, path: `${ADMIN}/${path}`, body });

/** A new level, by its number. */
export async function makeLevel(root: Person, body: object): Promise<number> {
  const answer = await keep(root, "POST", "units", body);
  return (answer.body as { unit_id: number }).unit_id;
}

/** Ministry > Law (chief, clerk) > Courts; `number` tells houses on one server apart. */
export async function makeHouse(server: Server, number: number): Promise<House> {
  const root = await makeAdmin(server, `root${number}`);
  const chief = await Person.register(server, `chief${number}`);
  const clerk = await Person.register(server, `clerk${number}`);
  const ministry = await makeLevel(root, { name: "Министерство" });
  const law = await makeLevel(root, { name: "Право", parent: ministry, manager: chief.id });
  const courts = await makeLevel(root, { name: "Суды", parent: law });
  await keep(root, "PUT", `people/${clerk.id}/posts/${law}`, { title: "Юрист" });
  await keep(root, "PUT", `people/${clerk.id}`, { name: "Анна Юристова" });
  return { root, chief, clerk, ministry, law, courts };
}
