import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Marks,
  blank,
  castOf,
  contentChoices,
  marksOf,
  missing,
  needsReason,
  personChoices,
  previewOf,
} from "../src/ballot.ts";
import type { CaseToRead, ReadMessage } from "../src/generated/protocol.ts";
import { partsOf } from "../src/reasons.ts";
import { NO_SITTING, isEnough } from "../src/sitting.ts";
import { en } from "../src/words/en.ts";
import { learn } from "../src/words.ts";

learn(en);

const FIRST: ReadMessage = {
  item: 0,
  kinds: ["disrespect"],
  lines: [
    { by: "A", body: "Good evening" },
    { by: "B", body: "Be quiet", flagged: true },
  ],
};

function read(over: Partial<CaseToRead> = {}): CaseToRead {
  return {
    seat: { id: "seat-id-00000001", state: "reading", size: 3 },
    agreement: ["I listen.", "I speak for myself."],
    messages: [FIRST],
    content_most: 1,
    person_most: 3,
    ...over,
  };
}

const FOLD: Marks = { contents: [1], holds: [false], person: 0, code: "disrespect", clause: 1, sentence: "It puts somebody down." };

test("Nothing is chosen before one chooses, but for the only kind there is", () => {
  const marks = blank(read());
  assert.deepEqual(marks.contents, [null]);
  assert.equal(marks.person, null);
  assert.equal(marks.code, "disrespect");
  assert.equal(blank(read({ messages: [{ ...FIRST, kinds: ["disrespect", "pressure"] }] })).code, null);
});

test("Leaving everything as it is takes two answers and no reason", () => {
  const leave: Marks = { ...blank(read()), contents: [0], person: 0, code: null };
  assert.equal(missing({ ...leave, contents: [null] }), "content");
  assert.equal(missing({ ...leave, person: null }), "person");
  assert.equal(missing(leave), null);
  assert.equal(needsReason(leave), false);
  assert.deepEqual(castOf("seat-id-00000001", read(), { ...leave, sentence: "not sent" }), {
    seat: "seat-id-00000001",
    messages: [{ item: 0, content: 0, hold: false }],
    person: 0,
  });
});

test("Whatever restricts needs every part of a reason", () => {
  assert.equal(missing(FOLD), null);
  assert.equal(missing({ ...FOLD, code: null }), "code");
  assert.equal(missing({ ...FOLD, clause: null }), "clause");
  assert.equal(missing({ ...FOLD, clause: 0 }), null);
  assert.equal(missing({ ...FOLD, sentence: "  " }), "sentence");
  assert.equal(missing({ ...FOLD, contents: [0], person: 1, sentence: "" }), "sentence");
});

test("Withholding takes a hard kind", () => {
  assert.equal(missing({ ...FOLD, contents: [2] }), "hard");
  assert.equal(missing({ ...FOLD, contents: [2], code: "threat" }), null);
  const levels = (over: Partial<CaseToRead>, kinds: ReadMessage["kinds"]) =>
    contentChoices(read(over), { ...FIRST, kinds: kinds ?? [] }).map(({ level, asks }) => (asks ? `${level}?` : `${level}`));
  assert.deepEqual(levels({}, ["threat"]), ["0", "1"]);
  assert.deepEqual(levels({ more: true }, ["threat"]), ["0", "1", "2?"]);
  assert.deepEqual(levels({ more: true }, ["disrespect"]), ["0", "1"]);
  assert.deepEqual(levels({ content_most: 2 }, ["disrespect", "illegal"]), ["0", "1", "2"]);
});

test("A panel marks as far as it may go, and may ask for one step more", () => {
  const levels = (over: Partial<CaseToRead>) => personChoices(read(over)).map(({ level, asks }) => (asks ? `${level}?` : `${level}`));
  assert.deepEqual(levels({}), ["0", "1", "2", "3"]);
  assert.deepEqual(levels({ more: true }), ["0", "1", "2", "3", "4?"]);
  assert.deepEqual(levels({ person_most: 5, more: true }), ["0", "1", "2", "3", "4", "5"]);
  assert.deepEqual(levels({ person_most: 0 }), ["0"]);
});

test("What was cast comes back as it was", () => {
  const cast = castOf("seat-id-00000001", read(), FOLD);
  const { seat: _, ...ballot } = cast;
  assert.deepEqual(marksOf(read(), ballot), FOLD);
  const plain = castOf("seat-id-00000001", read(), { ...FOLD, contents: [0] });
  assert.equal(missing(marksOf(read(), plain)), null);
});

test("A held message stays covered only if the seat says so, for a hard kind, and not if it is left as it is", () => {
  const held = read({ messages: [{ ...FIRST, held: true, kinds: ["threat"] }] });
  assert.deepEqual(blank(held).holds, [false]);
  const covered: Marks = { ...FOLD, holds: [true], code: "threat" };
  assert.deepEqual(castOf("seat-id-00000001", held, covered).messages, [{ item: 0, content: 1, hold: true }]);
  assert.equal(missing({ ...covered, code: "pressure" }), "hard");
  const left = castOf("seat-id-00000001", held, { ...covered, contents: [0] });
  assert.deepEqual(left.messages, [{ item: 0, content: 0, hold: false }]);
});

test("Words that have faded are read, and get no mark", () => {
  const faded = read({ messages: [FIRST, { ...FIRST, item: 1, gone: true }] });
  const marks: Marks = { ...blank(faded), person: 0 };
  assert.deepEqual(marks.contents, [null, 0]);
  assert.deepEqual(castOf("seat-id-00000001", faded, { ...marks, contents: [0, 0] }).messages.map(({ item }) => item), [0]);
  assert.equal(previewOf(faded, FOLD).outcomes.length, 1);
});

test("The preview is the letter with all five parts", () => {
  const parts = partsOf(previewOf(read(), FOLD), () => "");
  assert.equal(parts.length, 5);
  const said = new Set(parts.flatMap(({ lines, quoted }) => lines.concat(quoted)));
  assert(said.has("The message stays folded. Anyone can open it."));
  assert(said.has("It puts somebody down."));
  assert(said.has("I listen."));
  assert(said.has("At least 2 of 3 people drawn by lot decide this."));
  assert(said.has("You can ask another panel. The letter says until when."));
});

test("A pause takes more than two thirds", () => {
  const agreed = (size: number, over: Partial<Marks>) =>
    previewOf(read({ seat: { id: "s", state: "reading", size } }), { ...FOLD, ...over }).agreed;
  assert.deepEqual([2, 3, 5, 7, 9].map((size) => agreed(size, {})), [2, 2, 3, 4, 5]);
  assert.deepEqual([2, 3, 5, 7].map((size) => agreed(size, { person: 3 })), [2, 3, 4, 5]);
});

test("A second panel is the last, in the preview too", () => {
  const again = read({ seat: { id: "s", state: "reading", size: 5, appeal: true } });
  const lines = partsOf(previewOf(again, FOLD), () => "").flatMap(({ lines: said }) => said);
  assert(lines.includes("This was the second panel. There is no further one."));
});

test("After five cases or twenty minutes it is good to stop", () => {
  const minutes = (n: number): number => n * 60_000;
  assert.equal(isEnough(NO_SITTING, minutes(99)), false);
  assert.equal(isEnough({ answers: 4, began: 0 }, minutes(19)), false);
  assert.equal(isEnough({ answers: 5, began: 0 }, minutes(1)), true);
  assert.equal(isEnough({ answers: 0, began: 0 }, minutes(20)), true);
});
