import { expect, test } from "vitest";
import { readList } from "./list";

test("a list is read by its lines and cells", () => {
  expect(readList('1\tИванова Анна\t0042\r\n\n "boris" ; 0043\n')).toEqual([
    ["1", "Иванова Анна", "0042"],
    ["boris", "0043"],
  ]);
});

test("an address of a letter stands before its name", () => {
  expect(readList("Анна <anna@city.example>, boris@city.example")).toEqual([
    ["anna@city.example", "Анна", "boris@city.example"],
  ]);
});

test("what is too much is left out", () => {
  expect(readList(Array(30).fill("x".repeat(300)).join(";"))).toEqual([
    Array(20).fill("x".repeat(255)),
  ]);
  expect(readList("  \n;;\t")).toEqual([]);
});
