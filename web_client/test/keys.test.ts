import assert from "node:assert/strict";
import { test } from "node:test";
import { sayings } from "../src/announce.ts";
import { freshKey } from "../src/key.ts";
import { moveTo, postsOn } from "../src/keys.ts";

function press(over: Partial<KeyboardEvent> = {}): KeyboardEvent {
  return { key: "Enter", keyCode: 13, isComposing: false, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...over } as KeyboardEvent;
}

test("Enter posts with a fine pointer and breaks with a coarse one", () => {
  assert.equal(postsOn(press(), "auto", false), true);
  assert.equal(postsOn(press(), "auto", true), false);
  assert.equal(postsOn(press({ shiftKey: true }), "auto", false), false);
});

test("Ctrl or Cmd with Enter always posts, and a preference overrides the pointer", () => {
  assert.equal(postsOn(press({ ctrlKey: true }), "no", true), true);
  assert.equal(postsOn(press({ metaKey: true }), "auto", true), true);
  assert.equal(postsOn(press(), "yes", true), true);
  assert.equal(postsOn(press(), "no", false), false);
});

test("Enter that ends a composition never posts", () => {
  assert.equal(postsOn(press({ isComposing: true }), "yes", false), false);
  assert.equal(postsOn(press({ keyCode: 229 }), "yes", false), false);
  assert.equal(postsOn(press({ keyCode: 229, ctrlKey: true }), "yes", false), false);
});

test("Arrows move among messages and stop at the ends", () => {
  assert.equal(moveTo("ArrowUp", 5, 10), 4);
  assert.equal(moveTo("ArrowUp", 0, 10), 0);
  assert.equal(moveTo("ArrowDown", 9, 10), 9);
  assert.equal(moveTo("Home", 5, 10), 0);
  assert.equal(moveTo("End", 5, 10), 9);
  assert.equal(moveTo("PageUp", 5, 10), null);
  assert.equal(moveTo("ArrowDown", 0, 0), null);
});

test("More than three messages at once are counted, and each choice says what it says", () => {
  const heard = Array.from({ length: 4 }, () => ({ name: "Fern", body: "hello" }));
  const kinds = (count: number, how: "all" | "names" | "counts" | "none"): string[] =>
    sayings(heard.slice(0, count), how, () => 1).map(({ is }) => is);
  assert.deepEqual(kinds(3, "all"), ["message", "message", "message"]);
  assert.deepEqual(kinds(4, "all"), ["count"]);
  assert.deepEqual(kinds(1, "names"), ["name"]);
  assert.deepEqual(kinds(1, "counts"), ["count"]);
  assert.deepEqual(kinds(2, "none"), []);
});

test("Keys are 128 bits that do not repeat", () => {
  const keys = Array.from({ length: 1_000 }, freshKey);
  assert(keys.every((key) => /^[A-Za-z0-9_-]{22}$/.test(key)));
  assert.equal(new Set(keys).size, keys.length);
});
