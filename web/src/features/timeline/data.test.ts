import { describe, expect, test } from "vitest";
import { bars, fitted, isShift, keepSame, keptRange, type Laid, layOut, mayHold } from "./data";
import { countPoll, pollOf, toggleVote } from "./poll";

const noon = new Date(2026, 10, 27, 12).getTime();
const message = (id: string, sender = "@a", ts = noon): Laid => ({
  id,
  sender,
  ts,
  type: "m.room.message",
});
const line = (id: string, ts = noon): Laid => ({
  id,
  sender: "@a",
  ts,
  type: "m.room.member",
  stateKey: id,
});

describe("groups", () => {
  test("messages of one person near in time are one group", () => {
    const entries = layOut(
      [message("1"), message("2", "@a", noon + 1000), message("3", "@b", noon + 2000)],
      undefined,
    );
    expect(entries.map(({ first, last }) => [first, last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
  });
  test("time, midnight and the unread line part them", () => {
    const later = layOut([message("1"), message("2", "@a", noon + 6 * 60_000)], undefined);
    expect(later[1]?.first).toBe(true);
    const midnight = new Date(2026, 10, 28).getTime();
    const night = layOut(
      [message("1", "@a", midnight - 1000), message("2", "@a", midnight + 1000)],
      undefined,
    );
    expect(night[1]).toMatchObject({ first: true, day: midnight + 1000 });
    const unread = layOut([message("1"), message("2")], "2");
    expect(unread.map(({ first, last, unread }) => [first, last, unread])).toEqual([
      [true, true, false],
      [true, true, true],
    ]);
  });
});

describe("lines", () => {
  test("three and more fold, two do not", () => {
    expect(
      layOut([line("1"), line("2"), line("3")], undefined).map(({ kind, ids }) => [
        kind,
        ids.length,
      ]),
    ).toEqual([["fold", 3]]);
    expect(layOut([line("1"), line("2")], undefined)).toHaveLength(2);
  });
  test("a fold ends at the unread line and at midnight", () => {
    expect(
      layOut([line("1"), line("2"), line("3"), line("4")], "2").map(({ ids }) => ids.length),
    ).toEqual([1, 3]);
  });
  test("what is never seen takes no place, and the unread line moves to the next seen", () => {
    const reaction: Laid = { ...message("r"), type: "m.reaction" };
    const entries = layOut([message("1"), reaction, message("2")], "r");
    expect(entries.map(({ key, unread }) => [key, unread])).toEqual([
      ["1", false],
      ["2", true],
    ]);
  });
});

describe("albums", () => {
  const part = (id: string, ts = noon, sender = "@a"): Laid => ({
    ...message(id, sender, ts),
    album: "one",
  });
  const told = (items: Laid[], unread?: string) =>
    layOut(items, unread).map((entry) => [entry.kind, entry.ids.join(), entry.unread]);

  test("pictures sent together are one entry, whatever others said between", () => {
    expect(told([part("1"), message("x", "@b"), part("2"), part("3")])).toEqual([
      ["album", "1,2,3", false],
      ["message", "x", false],
    ]);
  });
  test("the line of new messages stands above an album that is read in part", () => {
    expect(told([message("x"), part("1"), part("2")], "2")).toEqual([
      ["message", "x", false],
      ["album", "1,2", true],
    ]);
  });
  test("one alone, of another person or of another hour is a message", () => {
    const late = noon + 2 * 60 * 60_000;
    expect(told([part("1"), part("2", noon, "@b"), part("3", late)])).toEqual([
      ["message", "1", false],
      ["message", "2", false],
      ["message", "3", false],
    ]);
  });
  test("a stranger's endless album is many", () => {
    const many = Array.from({ length: 120 }, (_, n) => part(String(n)));
    expect(layOut(many, undefined).map(({ ids }) => ids.length)).toEqual([50, 50, 20]);
  });
});

describe("identity", () => {
  test("entries that say the same stay the same objects", () => {
    const before = layOut([message("1"), message("2")], undefined);
    const next = keepSame(
      before,
      layOut([message("1"), message("2"), message("3", "@b")], undefined),
    );
    expect(next[0]).toBe(before[0]);
    expect(next[1]).toBe(before[1]);
  });
  test("older ones put before are told from newer ones put after", () => {
    const two = layOut([message("2"), message("3")], undefined);
    expect(isShift(two, layOut([message("1"), message("2"), message("3")], undefined))).toBe(true);
    expect(isShift(two, layOut([message("2"), message("3"), message("4")], undefined))).toBe(false);
    expect(isShift([], two)).toBe(false);
    // What was far above was let go, or only what was below.
    const three = layOut([message("1"), message("2"), message("3")], undefined);
    expect(isShift(three, three.slice(1))).toBe(true);
    expect(isShift(three, three.slice(0, 2))).toBe(false);
    expect(isShift(three, three)).toBe(false);
  });
});

describe("sizes", () => {
  test("pictures keep their proportion, tiny ones stay to be seen, lies are survived", () => {
    expect(fitted({ w: 4000, h: 2000 }, { width: 400, height: 400 })).toEqual({
      width: 400,
      height: 200,
    });
    expect(fitted({ w: 1, h: 1 }, { width: 400, height: 400 })).toEqual({ width: 96, height: 56 });
    expect(fitted({ w: "x", h: -1 }, { width: 400, height: 400 })).toEqual({
      width: 240,
      height: 180,
    });
  });
  test("waveforms of strangers stay in range", () => {
    expect(bars([0, 2048, "x"], 3)).toEqual([0.1, 1, 0.1]);
    expect(bars(undefined, 2)).toEqual([0.15, 0.15]);
  });
});

describe("polls", () => {
  const content = {
    "org.matrix.msc3381.poll.start": {
      kind: "org.matrix.msc3381.poll.disclosed",
      max_selections: 1,
      question: { "org.matrix.msc1767.text": "Когда?" },
      answers: [
        { id: "1", "org.matrix.msc1767.text": "Сегодня" },
        { id: "2", "org.matrix.msc1767.text": "Завтра" },
        { broken: true },
      ],
    },
  };
  test("are read in both spellings", () => {
    const stable = {
      "m.poll": {
        question: { "m.text": [{ body: "Когда?" }] },
        answers: [{ "m.id": "a", "m.text": [{ body: "Да" }] }],
      },
    };
    expect(pollOf(content).answers).toHaveLength(2);
    expect(pollOf(stable)).toMatchObject({
      question: "Когда?",
      answers: [{ id: "a", text: "Да" }],
    });
  });
  test("are counted", () => {
    const lines = countPoll(pollOf(content), {
      votes: { "1": ["@a", "@b"], "2": ["@c"] },
      mine: ["2"],
      closed: false,
    });
    expect(lines.map(({ count, share, mine, best }) => [count, share, mine, best])).toEqual([
      [2, 67, false, true],
      [1, 33, true, false],
    ]);
  });
  test("one answer takes the other's place; a second press takes it back", () => {
    const poll = pollOf(content);
    expect(toggleVote(poll, ["1"], "2")).toEqual(["2"]);
    expect(toggleVote(poll, ["1"], "1")).toEqual([]);
    expect(toggleVote({ ...poll, most: 2 }, ["1"], "2")).toEqual(["1", "2"]);
  });
});

test("a message can be held until it leaves, a file while it is under way", () => {
  const upload = { sent: 1, total: 2 };
  expect(mayHold({ state: "waiting" })).toBe(true);
  expect(mayHold({ state: "failed" })).toBe(true);
  expect(mayHold({ state: "sending", upload })).toBe(true);
  expect(mayHold({ state: "sending" })).toBe(false);
  expect(mayHold({ state: "sent", upload })).toBe(false);
});

describe("what is held of a long chat", () => {
  test("is all of it while it is not too much", () => {
    expect(keptRange(300, 0, 10)).toBeUndefined();
  });
  test("ends below what one reads who went up, and begins above it for who went down", () => {
    expect(keptRange(301, 20, 40)).toEqual([0, 199]);
    expect(keptRange(301, 270, 290)).toEqual([101, 300]);
  });
  test("is never near to what is seen, and loses one end at a time", () => {
    for (let count = 0; count <= 1000; count += 50)
      for (let first = 0; first + 12 < count; first += 7) {
        const range = keptRange(count, first, first + 12);
        if (!range) continue;
        const [from, to] = range;
        expect(from === 0 || to === count - 1).toBe(true);
        if (from > 0) expect(first - from).toBeGreaterThanOrEqual(60);
        if (to < count - 1) expect(to - first - 12).toBeGreaterThanOrEqual(60);
        expect(to - from + 1).toBeGreaterThanOrEqual(200);
        expect(to - from + 1).toBeLessThan(count);
      }
    // Where it is read in the middle of very much, it takes two turns.
    expect(keptRange(1000, 480, 500)).toEqual([0, 560]);
    expect(keptRange(561, 480, 500)).toEqual([361, 560]);
  });
});
