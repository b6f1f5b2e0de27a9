import assert from "node:assert/strict";
import { test } from "node:test";
import type { LedgerEntry, LedgerHead } from "../src/generated/protocol.ts";
import { canonical, follow } from "../src/ledger.ts";

const NOTHING: LedgerHead = { seq: 0, hash: "0".repeat(64) };
const digest = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((one) => hex(one)).join("");

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** A record of so many entries, linked as the server links them. */
async function record(count: number, item = (seq: number) => seq): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  let prev = NOTHING.hash;
  for (let seq = 1; seq <= count; seq += 1) {
    const entry = { case: null, commitment: null, facts: { item: item(seq) }, hour: 0, prev, seq, type: "fold" };
    const before = (prev.match(/../g) ?? []).map((two) => parseInt(two, 16));
    prev = await digest(Uint8Array.from([...new TextEncoder().encode(JSON.stringify(entry)), ...before]));
    entries.push({ ...entry, hash: prev });
  }
  return entries;
}

function headOf(entries: readonly LedgerEntry[]): LedgerHead {
  const last = entries.at(-1);
  return last === undefined ? NOTHING : { seq: last.seq, hash: last.hash };
}

test("Names are sorted at every depth, whatever order they came in", () => {
  assert.equal(canonical({ b: { z: 1, a: null }, a: "x", B: true }), '{"B":true,"a":"x","b":{"a":null,"z":1}}');
});

test("A record that grew leads to its new head", async () => {
  const entries = await record(5);
  assert.deepEqual(await follow(NOTHING, entries, digest), { is: "grown", head: headOf(entries) });
  const kept = headOf(entries.slice(0, 3));
  assert.deepEqual(await follow(kept, entries.slice(2), digest), { is: "grown", head: headOf(entries) });
});

test("A record that has not reached the kept head is behind", async () => {
  assert.deepEqual(await follow(headOf(await record(5)), [], digest), { is: "behind" });
});

test("A fork is found, however well it fits in itself", async () => {
  const mine = await record(4);
  const forked = await record(9, (seq) => (seq < 3 ? seq : seq + 100));
  assert.deepEqual(await follow(headOf(mine), forked.slice(3), digest), { is: "changed" });
  assert.deepEqual(await follow(headOf(mine), forked.slice(3), null), { is: "changed" });
});

test("An entry that is edited, dropped or put elsewhere is found", async () => {
  const entries = await record(5);
  const [first, second, third, fourth, fifth] = entries as [LedgerEntry, LedgerEntry, LedgerEntry, LedgerEntry, LedgerEntry];
  const kept = headOf([first]);
  const edited = { ...third, facts: { item: 9 } };
  for (const some of [
    [first, second, edited, fourth, fifth],
    [first, second, fourth, fifth],
    [first, third, second, fourth, fifth],
    [{ ...first, hour: 1 }, second],
    [second, third],
  ])
    assert.deepEqual(await follow(kept, some, digest), { is: "changed" });
  const dropped = [first, second, fourth, fifth];
  assert.deepEqual(await follow(kept, dropped, null), { is: "changed" }, "also without a secure context");
});
