import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, staysAway } from "../src/socket.ts";

test("Waiting doubles with every try, up to twenty seconds", () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 50].map((tries) => backoff(tries, () => 1));
  assert.deepEqual(longest, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
});

test("Waiting is spread over the whole span, so that many do not come back at once", () => {
  assert.equal(backoff(6, () => 0), 0);
  const waits = Array.from({ length: 1_000 }, () => backoff(6));
  assert(waits.every((wait) => wait >= 0 && wait < 20_000));
  assert(Math.min(...waits) < 1_000 && Math.max(...waits) > 19_000);
});

test("Only the goodbyes that say so keep a client away", () => {
  for (const code of [4500, 4501, 4509, 4999]) assert.equal(staysAway(code), true);
  for (const code of [1000, 1001, 1006, 1012, 4008, 4012, 4029, 4499, 5000]) assert.equal(staysAway(code), false);
});
