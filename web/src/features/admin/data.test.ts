import { describe, expect, test } from "vitest";
import {
  type Account,
  certificateWarning,
  chartPoints,
  checkChain,
  codePath,
  daysOf,
  exportText,
  has,
  hasWhole,
  type Inspection,
  inspectionState,
  type Line,
  lineHash,
  localpart,
  type Me,
  pathOf,
  placesFor,
  readFigures,
  sectionsFor,
  series,
  stateOf,
  treeRows,
  type Unit,
  wholeOf,
  withSample,
} from "./data";

const nobody: Me = { user_id: "@a:x", rights: [], roles: [], units: [], may_grant: [] };

describe("rights", () => {
  test("who has no right sees no section", () => {
    expect(sectionsFor(undefined)).toEqual([]);
    expect(sectionsFor(nobody)).toEqual([]);
  });
  test("a right for a part of the tree opens its section, and is not one for the whole", () => {
    const me = { ...nobody, units: [{ unit_id: 3, rights: ["people.read", "tree.read"] }] };
    expect(sectionsFor(me)).toEqual(["people", "tree"]);
    expect(has(me, "tree.read")).toBe(true);
    expect(hasWhole(me, "tree.read")).toBe(false);
  });
  test("the auditor sees what is owed, and the log", () => {
    const found = sectionsFor({ ...nobody, rights: ["audit.read", "roles.read"] });
    expect(found).toEqual(["policies", "retention", "holds", "inspections", "custody", "audit"]);
  });
});

test("the gravest state of an account is named", () => {
  const account: Account = {
    user_id: "@anna:x",
    roles: [],
    guest: false,
    locked: true,
    suspended: true,
    deactivated: false,
    application_service: null,
    created_ts: 0,
  };
  expect(stateOf(account)).toBe("locked");
  expect(stateOf({ ...account, deactivated: true })).toBe("ended");
  expect(stateOf({ ...account, locked: false })).toBe("suspended");
  expect(stateOf({ ...account, locked: false, suspended: false })).toBe("open");
  expect(localpart(account.user_id)).toBe("anna");
});

describe("the tree", () => {
  const unit = (unit_id: number, name: string, parent?: number): Unit => ({
    unit_id,
    name,
    kind: "unit",
    rights: [],
    ...(parent !== undefined && { parent }),
  });
  const units = [unit(1, "Ministry"), unit(2, "Law", 1), unit(3, "Courts", 2), unit(4, "IT", 1)];
  const shown = (closed: number[]) =>
    treeRows(units, new Set(closed)).map(({ unit: { name }, depth }) => `${depth}${name}`);

  test("lines go from top to bottom, without what is closed", () => {
    expect(shown([])).toEqual(["0Ministry", "1Law", "2Courts", "1IT"]);
    expect(shown([2])).toEqual(["0Ministry", "1Law", "1IT"]);
  });
  test("a part of the tree begins at its own top", () => {
    const part = treeRows(units.slice(1, 3), new Set());
    expect(part.map(({ depth }) => depth)).toEqual([0, 1]);
  });
  test("a level does not move below itself", () => {
    expect(placesFor(units, 2).map(({ name }) => name)).toEqual(["Ministry", "IT"]);
  });
  test("a path names the levels from the top", () => {
    expect(pathOf(units, 3)).toBe("Ministry / Law / Courts");
  });
});

describe("the log of acts", () => {
  const line = (number: number, before: string, target = "@иван:x"): Line => {
    const bare: Line = {
      number,
      ts: 1_700_000_000_000,
      actor: "operator",
      act: "user.lock",
      target,
      sealed: "ab",
      before,
      hash: "",
      signature: "",
      details: {},
      details_key: "k",
    };
    return { ...bare, hash: lineHash(bare) };
  };
  const first = line(1, "0".repeat(64));
  const second = line(2, first.hash);
  const third = line(3, second.hash);

  test("the hash is the one that the server makes", () => {
    // As `depesha/audit/chain.py` gives for the same line.
    expect(first.hash).toBe("411a629820b5c03668b040751666080c34b90c91d1d9fd785424ca749a6a6beb");
  });
  test("lines in either order are in order", () => {
    expect(checkChain([first, second, third])).toEqual({ good: true, count: 3 });
    expect(checkChain([third, second, first])).toEqual({ good: true, count: 3 });
  });
  test("a changed, a missing and a replaced line are found", () => {
    expect(checkChain([first, { ...second, act: "user.unlock" }, third])).toEqual({
      good: false,
      number: 2,
    });
    expect(checkChain([first, third])).toEqual({ good: false, number: 3 });
    expect(checkChain([first, line(2, first.hash, "@b:x"), third])).toEqual({
      good: false,
      number: 3,
    });
  });
  test("an export is what `depesha audit verify` reads", () => {
    const text = exportText({ server_name: "x", public_key: "pk" }, [first]);
    const [head, body] = text.trimEnd().split("\n");
    expect(JSON.parse(head ?? "")).toEqual({ server_name: "x", public_key: "pk" });
    expect(JSON.parse(body ?? "")).toEqual(first);
  });
});

describe("figures", () => {
  const text = `# HELP depesha_parked_requests Requests waiting.
# TYPE depesha_parked_requests gauge
depesha_parked_requests 7
# HELP depesha_requests_total Requests.
# TYPE depesha_requests_total counter
depesha_requests_total{method="GET"} 3
depesha_requests_total{method="PUT"} 4
# TYPE depesha_loop_lag_seconds histogram
depesha_loop_lag_seconds_bucket{le="0.1"} 9
depesha_loop_lag_seconds_sum 0.5
depesha_loop_lag_seconds_count 10
`;
  test("each name has one value", () => {
    const found = readFigures(text).map(({ name, kind, value }) => [name, kind, value]);
    expect(found).toEqual([
      ["depesha_parked_requests", "gauge", 7],
      ["depesha_requests_total", "counter", 7],
      ["depesha_loop_lag_seconds", "histogram", 0.05],
    ]);
  });
  test("what only grows is shown by how fast", () => {
    const samples = [
      { ts: 0, values: { n: 10 } },
      { ts: 2000, values: { n: 30 } },
      { ts: 3000, values: { n: 5 } },
    ];
    expect(series(samples, "n", true)).toEqual([10, 0]);
    expect(series(samples, "n", false)).toEqual([10, 30, 5]);
  });
  test("old samples are forgotten", () => {
    let samples = withSample([], { ts: 0, values: {} });
    for (let ts = 1; ts < 100; ts++) samples = withSample(samples, { ts, values: {} });
    expect([samples.length, samples[0]?.ts]).toEqual([60, 40]);
  });
  test("a chart stands on zero", () => {
    expect(chartPoints([0, 5, 10], 100, 20)).toBe("0,20 50,10 100,0");
    expect(chartPoints([0, 0], 100, 20)).toBe("0,20 100,20");
  });
});

test("a field of days is a number of them, or for ever", () => {
  expect(["", "0", "7", "2.9", "x", "99999"].map(daysOf)).toEqual([null, null, 7, 2, null, 36_500]);
});

test("a whole number keeps within its bounds", () => {
  expect(["", "x", "3", "12", "999"].map((text) => wholeOf(text, 8, 128))).toEqual([
    null,
    null,
    8,
    12,
    128,
  ]);
});

test("an inspection is as far as its last step", () => {
  const asked: Inspection = {
    inspection_id: "i",
    target: "@a:x",
    since_ts: 0,
    until_ts: 1,
    ground: "order",
    case_number: "1",
    asked_by: "@b:x",
    expires_ts: 10,
    secret: false,
    decided_by: null,
    approved: false,
    downloaded_ts: null,
    told_ts: null,
  };
  const decided = { ...asked, decided_by: "@c:x" };
  const approved = { ...decided, approved: true };
  expect(inspectionState(asked, 5)).toBe("asked");
  expect(inspectionState(asked, 10)).toBe("over");
  expect(inspectionState(decided, 20)).toBe("refused");
  expect(inspectionState(approved, 5)).toBe("approved");
  expect(inspectionState(approved, 10)).toBe("over");
  expect(inspectionState({ ...approved, downloaded_ts: 6 }, 10)).toBe("read");
  expect(inspectionState({ ...approved, downloaded_ts: 6, told_ts: 11 }, 20)).toBe("told");
});

test("a code is drawn square by square", () => {
  expect(codePath(["10", "01"])).toBe("M0 0h1v1h-1zM1 1h1v1h-1z");
});

describe("the certificate", () => {
  const left = (value: number) => [
    { name: "depesha_certificate_days_left", help: "", kind: "gauge", value },
  ];
  test("nothing is said while it holds for long, or where there is none", () => {
    expect(certificateWarning([])).toBeUndefined();
    expect(certificateWarning(left(21))).toBeUndefined();
  });
  test("its end is told before and after", () => {
    expect(certificateWarning(left(20.9))).toEqual({ over: false, days: 20, asked: false });
    expect(certificateWarning(left(0.5))).toEqual({ over: false, days: 0, asked: false });
    expect(certificateWarning(left(-3))).toEqual({ over: true, days: -3, asked: false });
  });
  test("one that holds for days, from an authority, is told of later", () => {
    const told = (value: number) =>
      certificateWarning([
        ...left(value),
        { name: "depesha_certificate_warn_days", help: "", kind: "gauge", value: 1.5 },
        { name: "depesha_certificate_failures", help: "", kind: "gauge", value: 2 },
      ]);
    expect(told(2)).toBeUndefined();
    expect(told(1.2)).toEqual({ over: false, days: 1, asked: true });
  });
});
