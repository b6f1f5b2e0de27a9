import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../src/state.ts";
import { LATEST, MOST, type Window, around, bounds, hasAbove, hasBelow, settle, stepDown, stepUp } from "../src/window.ts";
import { withSeeds } from "./chance.ts";

function entriesUpTo(last: number, first = 1): Entry[] {
  return Array.from({ length: last - first + 1 }, (_, at) => ({
    kind: "line",
    seq: first + at,
    what: "opened",
    at: 0,
    name: "",
    by: "",
    hosted: true,
  }));
}

function mounted(entries: readonly Entry[], window: Window): [number, number] {
  const { from, to } = bounds(entries, window);
  return [entries[from]?.seq ?? 0, entries[to - 1]?.seq ?? 0];
}

test("At the end the window follows, and gives up rows at the top", () => {
  const entries = entriesUpTo(321);
  assert.deepEqual(mounted(entries, settle(entries, LATEST, true)), [22, 321]);
  assert.deepEqual(mounted(entriesUpTo(320), settle(entriesUpTo(320), LATEST, true)), [1, 320]);
});

test("Away from the end nothing that is mounted goes while it grows below", () => {
  const entries = entriesUpTo(400);
  const window = settle(entries, { low: 50, high: null }, false);
  assert.deepEqual(mounted(entries, window), [50, 349]);
  assert.equal(hasBelow(entries, window), true);
});

test("Older rows come in at the top and newer ones go at the bottom", () => {
  const entries = entriesUpTo(1_000);
  const up = stepUp(entries, settle(entries, LATEST, true));
  assert.deepEqual(mounted(entries, up), [601, 900]);
  assert.deepEqual(mounted(entries, stepDown(entries, up)), [701, 1_000]);
  assert.equal(stepDown(entries, up).high, null);
});

test("A jump puts its target in the middle", () => {
  const entries = entriesUpTo(1_000);
  assert.deepEqual(mounted(entries, around(entries, 500)), [350, 649]);
  assert.deepEqual(mounted(entries, around(entries, 3)), [1, 300]);
});

test("However one pages, never more than 320 are mounted, and every row can be reached", () => {
  withSeeds(100, (chance) => {
    let first = 5_000;
    let last = 5_050;
    let window = LATEST;
    let stuck = true;
    for (let step = 0; step < 120; step++) {
      if (chance.is(0.4)) last += chance.below(40);
      if (chance.is(0.3)) first = Math.max(1, first - chance.below(200));
      const entries = entriesUpTo(last, first);
      stuck = chance.is(0.5);
      window = settle(entries, window, stuck);
      if (chance.is(0.3)) window = stepUp(entries, window);
      if (chance.is(0.2)) window = stepDown(entries, window);
      const { from, to } = bounds(entries, window);
      assert(to - from <= MOST, `${to - from} rows`);
      assert(to - from > 0, "nothing is mounted");
    }
    const entries = entriesUpTo(last, first);
    while (hasAbove(entries, window)) window = stepUp(entries, window);
    assert.equal(mounted(entries, window)[0], first);
    while (hasBelow(entries, window)) window = stepDown(entries, window);
    assert.equal(mounted(entries, window)[1], last);
  });
});
