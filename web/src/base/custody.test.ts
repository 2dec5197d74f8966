import { expect, test } from "vitest";
import { type Bytes, random } from "./bytes";
import { makeCustody, open, type ReadShare, readShare, seal } from "./custody";
import { combine, type Share, split } from "./shamir";

/** Every choice of `count` of the items. */
function choices<T>(items: readonly T[], count: number): T[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, at) =>
    choices(items.slice(at + 1), count - 1).map((rest) => [item, ...rest]),
  );
}

test("any shares that are enough give the secret back, in any order", () => {
  for (const [count, threshold] of [
    [2, 2],
    [3, 2],
    [5, 3],
    [9, 5],
  ] as const) {
    const secret = random(32);
    const shares = split(secret, count, threshold);
    for (const some of choices(shares, threshold)) {
      expect(combine(some)).toEqual(secret);
      expect(combine(some.toReversed())).toEqual(secret);
    }
    expect(combine(shares)).toEqual(secret);
  }
});

test("one share too few leaves every secret possible", () => {
  // For each byte that the secret might be, some second share goes with the first.
  const [first] = split(Uint8Array.of(7), 2, 2) as [Share, Share];
  const possible = new Set<number>();
  for (let byte = 0; byte < 256; byte++) {
    const second = { at: 2, bytes: Uint8Array.of(byte) as Bytes };
    possible.add(combine([first, second])[0] ?? -1);
  }
  expect(possible.size).toBe(256);
});

test("no number of shares that makes no sense", () => {
  for (const [count, threshold] of [
    [3, 1],
    [2, 3],
    [256, 2],
  ] as const)
    expect(() => split(random(32), count, threshold)).toThrow(RangeError);
});

const read = (shares: readonly string[]) => shares.map((text) => readShare(text) as ReadShare);

test("two of three officers open what a client has sealed", async () => {
  const { publicKey, shares } = await makeCustody(3, 2);
  const secret = random(32);
  const sealed = await seal(publicKey, secret, "@alice:example.org 7");
  for (const pair of choices(read(shares), 2))
    expect(await open(publicKey, pair, sealed, "@alice:example.org 7")).toEqual(secret);
});

test("one officer alone, another's key, or another person's seal: nothing", async () => {
  const { publicKey, shares } = await makeCustody(3, 2);
  const other = await makeCustody(3, 2);
  const sealed = await seal(publicKey, random(32), "@alice:example.org 7");
  const [one, two] = read(shares) as [ReadShare, ReadShare];
  const [stranger] = read(other.shares) as [ReadShare];
  expect(await open(publicKey, [one], sealed, "@alice:example.org 7")).toBeNull();
  expect(await open(publicKey, [one, one], sealed, "@alice:example.org 7")).toBeNull();
  expect(await open(publicKey, [one, stranger], sealed, "@alice:example.org 7")).toBeNull();
  expect(await open(publicKey, [one, two], sealed, "@bob:example.org 7")).toBeNull();
  expect(await open(publicKey, [one, two], "AQID", "@alice:example.org 7")).toBeNull();
});

test("a share that is not whole is told at once", async () => {
  const { shares } = await makeCustody(2, 2);
  const [share = ""] = shares;
  expect(readShare(share)?.threshold).toBe(2);
  expect(readShare(share.replaceAll(" ", ""))).toEqual(readShare(share));
  expect(readShare(share.slice(0, -1))).toBeNull();
  const last = share.at(-1) === "2" ? "3" : "2";
  expect(readShare(share.slice(0, -1) + last)).toBeNull();
});
