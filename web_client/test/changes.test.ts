import assert from "node:assert/strict";
import { test } from "node:test";
import { changesOf, isSame } from "../src/changes.ts";
import { agreementMoved } from "../src/held.ts";
import { Chance } from "./chance.ts";

const plain = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim().split(/\s+/).join(" "))
    .filter((line) => line !== "");

test("a word that was put in stands in its line, and the line stays", () => {
  assert.deepEqual(changesOf("I listen.\nI say when I need quiet.", "I listen.\nI may say when I need quiet."), [
    [{ is: "same", text: "I listen." }],
    [
      { is: "same", text: "I" },
      { is: "new", text: " may" },
      { is: "same", text: " say when I need quiet." },
    ],
  ]);
});

test("lines that came and went are whole lines", () => {
  assert.deepEqual(changesOf("I listen.\nI speak.", "I speak.\nWhat is said here stays here."), [
    [{ is: "out", text: "I listen." }],
    [{ is: "same", text: "I speak." }],
    [{ is: "new", text: "What is said here stays here." }],
  ]);
  assert.deepEqual(changesOf("Come as you are.", "What is said here stays here."), [
    [{ is: "out", text: "Come as you are." }],
    [{ is: "new", text: "What is said here stays here." }],
  ]);
});

test("blanks and empty lines are no change", () => {
  assert(isSame("I listen.\n\nI speak. ", "I listen.\nI speak."));
  assert(!isSame("I listen.", "I listen"));
});

test("whatever changes: without what is new it is the text before, without what is out the one after", () => {
  const dice = new Chance(7);
  const random = (most: number): number => dice.below(most);
  const words = ["I", "listen", "speak", "rest", "kindly", "here"];
  const text = () => Array.from({ length: random(5) }, () => Array.from({ length: 1 + random(6) }, () => words[random(6)]).join(" ")).join("\n");
  for (let round = 0; round < 300; round++) {
    const [before, after] = [text(), text()];
    const changed = changesOf(before, after);
    const without = (gone: string) =>
      changed.map((line) => line.filter(({ is }) => is !== gone).map((piece) => piece.text).join("").trim()).filter((line) => line !== "");
    assert.deepEqual(without("new").join("\n"), plain(before).join("\n"));
    assert.deepEqual(without("out").join("\n"), plain(after).join("\n"));
  }
});

test("being for a change holds for the wording one was for", () => {
  const matter = { id: "m", by: "ana", until: 5 };
  const before = { matter, consented: true, me: "bo" };
  const moved = { kind: "agreement.moved", version: 1, matter } as const;
  assert(agreementMoved(before, { ...moved, what: "seconded" }).consented);
  assert(!agreementMoved(before, { ...moved, what: "reworded", who: "ana", matter: { ...matter, revision: 2 } }).consented);
  assert(!agreementMoved(before, { ...moved, what: "objected", who: "bo" }).consented);
  assert(!agreementMoved(before, { ...moved, what: "trial", matter: { ...matter, phase: "trial" } }).consented);
  assert(agreementMoved({ matter: null, consented: false, me: "ana" }, { ...moved, what: "proposed", who: "ana" }).consented);
});
