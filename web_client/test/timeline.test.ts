import assert from "node:assert/strict";
import { test } from "node:test";
import { apply } from "../src/apply.ts";
import { PLAIN } from "../src/entries.ts";
import type { AnyEvent } from "../src/generated/protocol.ts";
import { holdsMuted } from "../src/muted.ts";
import type { CircleState } from "../src/state.ts";
import type { OutboxEntry } from "../src/store.ts";
import { newSince } from "../src/fresh.ts";
import { type MessageRow, type Row, type TimelineInput, timeline } from "../src/timeline.ts";
import { LATEST } from "../src/window.ts";
import { withSeeds } from "./chance.ts";
import { BO, FERN, ID, ME, NOON, circleWith, event, posted } from "./circle.ts";

const MINUTE = 60_000;
const WAITING: OutboxEntry = {
  key: "own-key",
  circle: ID,
  topic: null,
  body: "on its way",
  replyTo: null,
  manner: PLAIN,
  at: NOON,
  state: "waiting",
  why: "connection",
  code: null,
  facts: {},
  seq: null,
};

function rowsOf(state: CircleState, over: Partial<TimelineInput> = {}): Row[] {
  return timeline({
    state,
    window: LATEST,
    unreadAfter: 0,
    opened: new Set(),
    folded: new Set(),
    muted: [],
    outbox: [],
    zone: "UTC",
    ...over,
  });
}

function messages(rows: readonly Row[]): MessageRow[] {
  return rows.filter((row) => row.kind === "message");
}

function kinds(rows: readonly Row[]): string {
  return rows.map(({ kind }) => kind).join(" ");
}

test("A name is said once for messages of one writer within five minutes", () => {
  const state = circleWith(
    posted({ at: NOON, key: "1" }),
    posted({ at: NOON + 5 * MINUTE - 1, key: "2" }),
    posted({ at: NOON + 10 * MINUTE, key: "3" }),
    posted({ at: NOON + 10 * MINUTE, key: "4", by: BO }),
    posted({ at: NOON + 10 * MINUTE, key: "5" }),
  );
  assert.deepEqual(messages(rowsOf(state)).map(({ first }) => first), [true, false, true, true, true]);
});

test("Each day begins with its line, in the viewer's zone", () => {
  // 23:50 and 00:10 in Kolkata are on one day in Saint John's.
  const night = Date.UTC(2026, 2, 1, 18, 20);
  const state = circleWith(posted({ at: night, key: "1" }), posted({ at: night + 20 * MINUTE, key: "2" }));
  assert.equal(kinds(rowsOf(state, { zone: "Asia/Kolkata" })), "day message day message");
  assert.equal(kinds(rowsOf(state, { zone: "America/St_Johns" })), "day message message");
});

test("The unread line stands before the first new message of somebody else, and ends a group", () => {
  const state = circleWith(
    posted({ key: "1" }),
    posted({ key: "2", by: ME }),
    posted({ key: "3" }),
    posted({ key: "4" }),
  );
  const rows = rowsOf(state, { unreadAfter: 1 });
  assert.equal(kinds(rows), "day message message unread message message");
  assert.equal(messages(rows)[2]?.first, true);
});

test("Without a mark, or with nothing new, there is no unread line", () => {
  const state = circleWith(posted({ key: "1" }), posted({ key: "2", by: ME }));
  assert.equal(kinds(rowsOf(state, { unreadAfter: 0 })), "day message message");
  assert.equal(kinds(rowsOf(state, { unreadAfter: 1 })), "day message message");
});

test("The unread line is not put where messages before it are missing", () => {
  const state = { ...circleWith(posted({ key: "1" })), low: 50, entries: [] };
  const later = apply({ ...state, last: 49 }, [event(50, posted({ key: "50" }))]);
  assert.equal(kinds(rowsOf(later, { unreadAfter: 20 })), "day message");
  assert.equal(kinds(rowsOf(later, { unreadAfter: 49 })), "day unread message");
});

test("A row keeps its id from the press to the echo", () => {
  const before = circleWith(posted({ key: "1" }));
  const waiting = messages(rowsOf(before, { outbox: [WAITING] })).at(-1);
  const after = apply(before, [event(2, posted({ by: ME, key: "own-key", body: "on its way" }))]);
  const there = messages(rowsOf(after)).at(-1);
  assert.equal(waiting?.id, there?.id);
  assert.equal(waiting?.sending, "waiting");
  assert.equal(there?.sending, null);
});

test("A key that somebody copied from another writer makes no second row of the same id", () => {
  const state = circleWith(posted({ by: ME, key: "same" }), posted({ by: FERN, key: "same" }), posted({ by: BO, key: "same" }));
  assert.equal(new Set(rowsOf(state).map(({ id }) => id)).size, rowsOf(state).length);
});

test("Words of other circles that wait are not shown here", () => {
  assert.equal(kinds(rowsOf(circleWith(), { outbox: [{ ...WAITING, circle: "another" }] })), "");
});

test("How words stand for the reader", () => {
  const folded: AnyEvent = { kind: "message.folded", target: 2, until: NOON };
  const state = {
    ...circleWith(
      posted({ key: "1", body: "I feel Drained today" }),
      posted({ key: "2" }),
      posted({ key: "3" }),
      posted({ key: "4", by: BO }),
      posted({ key: "5", body: null }),
      posted({ key: "6" }),
      posted({ key: "7" }),
      folded,
    ),
    flags: new Map([
      [3, "received" as const],
      [6, "withdrawn" as const],
    ]),
    aside: new Set([BO]),
  };
  const rows = messages(rowsOf(state, { muted: ["drained"], opened: new Set([2]), folded: new Set([7]) }));
  assert.deepEqual(rows.map(({ shown }) => shown), ["muted", "folded", "flagged", "aside", "taken_back", "plain", "mine"]);
  assert.deepEqual(rows.map(({ open }) => open), [false, true, false, false, false, false, false]);
});

test("A muted word is a word of its own, in any case and any script", () => {
  assert.equal(holdsMuted("that class was long", ["ass"]), false);
  assert.equal(holdsMuted("an ASS, truly", ["ass"]), true);
  assert.equal(holdsMuted("class ass", ["ass"]), true);
  assert.equal(holdsMuted("今日は酒を飲んだ", ["酒"]), true);
  assert.equal(holdsMuted("anything", [""]), false);
});

test("A quote shows the words of one's own log as they are now", () => {
  const reply = posted({ key: "2", reply_to: 1 });
  const quote = (state: CircleState): unknown => messages(rowsOf(state)).at(-1)?.quote;
  const state = circleWith(posted({ key: "1" }), reply);
  assert.deepEqual(quote(state), { seq: 1, is: "here", name: "Fern", body: "hello" });
  const gone = apply(state, [event(3, { kind: "message.taken_back", target: 1 })]);
  assert.deepEqual(quote(gone), { seq: 1, is: "gone", name: "Fern", body: "" });
  const hidden = { ...state, flags: new Map([[1, "received" as const]]) };
  assert.deepEqual(quote(hidden), { seq: 1, is: "hidden", name: "", body: "" });
  const above = { ...state, entries: state.entries.slice(1), low: 2 };
  assert.deepEqual(quote(above), { seq: 1, is: "above", name: "", body: "" });
});

test("What is new counts others' messages only", () => {
  const state = { ...circleWith(posted(), posted({ by: ME }), posted({ by: BO }), posted({ body: null })), aside: new Set([BO]) };
  assert.equal(newSince(state, 0), 1);
  assert.equal(newSince(state, 1), 0);
});

test("Whatever was said, row ids are unique and every day has one line", () => {
  withSeeds(100, (chance) => {
    let at = NOON;
    const log = Array.from({ length: 1 + chance.below(80) }, (_, index) => {
      at += chance.below(4 * 60 * MINUTE);
      return posted({ key: `${index}`, at, by: chance.one([ME, FERN, BO]) });
    });
    const rows = rowsOf(circleWith(...log), { unreadAfter: chance.below(log.length) });
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
    assert.equal(messages(rows).length, log.length);
    const days = new Set(log.map((message) => new Date(message.at).toISOString().slice(0, 10)));
    assert.equal(rows.filter(({ kind }) => kind === "day").length, days.size);
  });
});
