import assert from "node:assert/strict";
import { test } from "node:test";
import { PLAIN } from "../src/entries.ts";
import type { MessageRow, Row } from "../src/rows.ts";
import { byId, steady } from "../src/views/steady.ts";

const message: MessageRow = {
  kind: "message",
  id: "key-1",
  seq: 4,
  key: "key-1",
  mine: false,
  by: "someone",
  name: "Heron",
  at: 0,
  first: true,
  shown: "plain",
  open: false,
  body: "Good evening",
  edited: false,
  rephrased: false,
  cover: null,
  manner: PLAIN,
  share: false,
  carried: false,
  quote: { seq: 2, is: "here", name: "Fern", body: "Hello" },
  sending: null,
  why: null,
  code: null,
  facts: {},
  received: false,
  answered: [],
  given: new Set(),
  flag: null,
};
const day: Row = { kind: "day", id: "day 1", at: 0 };

test("a row that says the same stays the same object", () => {
  const before = byId([day, message]);
  const [sameDay, same] = steady(before, [{ ...day }, { ...message, quote: { ...message.quote! } }]);
  assert.equal(sameDay, day);
  assert.equal(same, message);
});

test("a row whose words, quote or place in a group changed is another", () => {
  const before = byId([message]);
  const changes: Partial<MessageRow>[] = [
    { body: "Good night" },
    { first: false },
    { quote: { ...message.quote!, body: "" } },
    { quote: null },
    { shown: "folded" },
  ];
  for (const change of changes) {
    const changed = { ...message, ...change };
    assert.equal(steady(before, [changed])[0], changed);
  }
});
