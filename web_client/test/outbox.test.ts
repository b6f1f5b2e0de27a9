import assert from "node:assert/strict";
import { test } from "node:test";
import { PLAIN } from "../src/entries.ts";
import type { PostMessage } from "../src/generated/protocol.ts";
import { Outbox } from "../src/outbox.ts";
import type { Answered } from "../src/socket.ts";
import type { OutboxEntry } from "../src/store.ts";
import { withSeeds } from "./chance.ts";
import { ID } from "./circle.ts";

/** The world around an outbox, moved by hand: what was asked is answered when the test says so. */
class World {
  live = true;
  followed = true;
  elsewhere = false;
  clock = 1_000;
  entries: readonly OutboxEntry[] = [];
  asked: { command: PostMessage; answer: (answer: Answered) => void }[] = [];
  timers: { ms: number; ring: () => void }[] = [];
  outbox = new Outbox({
    ask: (command) => new Promise((answer) => this.asked.push({ command, answer })),
    isLive: () => this.live,
    isFollowed: () => this.followed,
    isElsewhere: () => this.elsewhere,
    changed: (entries) => (this.entries = entries),
    now: () => this.clock++,
    after: (ms, ring) => this.timers.push({ ms, ring }),
  });

  async answers(answer: Answered): Promise<PostMessage> {
    const next = this.asked.shift();
    assert(next, "nothing was asked");
    next.answer(answer);
    await settled();
    return next.command;
  }

  states(): string[] {
    return this.entries.map(({ state }) => state);
  }
}

/** Until all that follows from an answer has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

test("A press goes out at once, with a key of 128 bits", () => {
  const world = new World();
  const key = world.outbox.add(ID, "hello", 7);
  assert.match(key, /^[A-Za-z0-9_-]{22}$/);
  assert.deepEqual(world.asked[0]?.command, { do: "message.post", circle: ID, key, body: "hello", reply_to: 7 });
  assert.deepEqual(world.states(), ["sending"]);
});

test("Entries of a circle go one after the other", async () => {
  const world = new World();
  world.outbox.add(ID, "one", null);
  world.outbox.add(ID, "two", null);
  assert.equal(world.asked.length, 1);
  assert.equal(world.entries[1]?.why, "turn");
  await world.answers({ ok: { seq: 1 } });
  assert.equal((await world.answers({ ok: { seq: 2 } })).body, "two");
});

test("Circles do not wait for each other", () => {
  const world = new World();
  world.outbox.add(ID, "one", null);
  world.outbox.add("another-circle-1", "two", null);
  assert.equal(world.asked.length, 2);
});

test("What was sent stays until it is back in the log", async () => {
  const world = new World();
  const key = world.outbox.add(ID, "hello", null);
  await world.answers({ ok: { seq: 5 } });
  assert.deepEqual(world.states(), ["sent"]);
  world.outbox.settle(ID, new Set(), 4);
  assert.deepEqual(world.states(), ["sent"]);
  world.outbox.settle(ID, new Set([key]), 5);
  assert.deepEqual(world.states(), []);
});

test("What comes back in the log before its answer is done", async () => {
  const world = new World();
  const key = world.outbox.add(ID, "hello", null);
  world.outbox.settle(ID, new Set([key]), 5);
  assert.deepEqual(world.states(), []);
  await world.answers({ ok: { seq: 5 } });
  assert.deepEqual(world.states(), []);
});

test("What was sent in a circle that is not on screen needs no row", async () => {
  const world = new World();
  world.outbox.add(ID, "hello", null);
  world.followed = false;
  await world.answers({ ok: { seq: 5 } });
  assert.deepEqual(world.states(), []);
});

test("Without a connection words wait, and go in order with their first keys", async () => {
  const world = new World();
  world.live = false;
  const keys = ["one", "two", "three"].map((body) => world.outbox.add(ID, body, null));
  assert.deepEqual(world.states(), ["waiting", "waiting", "waiting"]);
  assert.equal(world.entries[0]?.why, "connection");
  world.live = true;
  world.outbox.pump();
  const sent: string[] = [];
  for (let turn = 0; turn < 3; turn++) sent.push((await world.answers({ ok: { seq: turn + 1 } })).key);
  assert.deepEqual(sent, keys);
});

test("A lost connection sends the same key again", async () => {
  const world = new World();
  const key = world.outbox.add(ID, "hello", null);
  world.live = false;
  await world.answers({ lost: true });
  assert.deepEqual(world.states(), ["waiting"]);
  world.live = true;
  world.outbox.pump();
  assert.equal((await world.answers({ ok: { seq: 3, dup: true } })).key, key);
  assert.deepEqual(world.states(), ["sent"]);
});

test("A pace is waited out, and those behind wait as well", async () => {
  const world = new World();
  world.outbox.add(ID, "one", null);
  world.outbox.add(ID, "two", null);
  await world.answers({ refused: { code: "rate.limited", retry_after: 3_000 } });
  assert.deepEqual(world.states(), ["waiting", "waiting"]);
  assert.equal(world.entries[0]?.why, "pace");
  assert.equal(world.asked.length, 0);
  assert.equal(world.timers[0]?.ms, 3_000);
  world.timers[0]?.ring();
  assert.equal((await world.answers({ ok: { seq: 1 } })).body, "one");
});

test("Words rest while somebody else has the piece, and go in order when it is with nobody or with oneself", async () => {
  const world = new World();
  world.elsewhere = true;
  const keys = ["one", "two"].map((body) => world.outbox.add(ID, body, null));
  await world.answers({ refused: { code: "circle.waiting", round: "round-1", why: "round" } });
  assert.deepEqual(world.entries.map(({ state, why }) => [state, why]), [["waiting", "round"], ["waiting", "round"]]);
  world.outbox.pump();
  keys.push(world.outbox.add(ID, "three", null));
  assert.equal(world.asked.length, 0);
  assert(world.timers.every(({ ms }) => ms > 60_000), "it asks again and again");
  world.outbox.wake("another-circle-1");
  assert.equal(world.asked.length, 0);
  world.outbox.wake(ID);
  const sent: string[] = [];
  for (let seq = 1; seq <= 3; seq++) sent.push((await world.answers({ ok: { seq } })).key);
  assert.deepEqual(sent, keys);
});

test("Where the refusal came after what ends it, words ask again soon by themselves", async () => {
  const world = new World();
  const key = world.outbox.add(ID, "one", null);
  await world.answers({ refused: { code: "circle.waiting", round: "round-1", why: "round" } });
  assert.equal(world.entries[0]?.why, "round");
  assert(world.timers[0] && world.timers[0].ms < 10_000);
  world.timers[0].ring();
  assert.equal((await world.answers({ ok: { seq: 1 } })).key, key);
});

test("Waking ends no other rest, and an old timer ends no later one", async () => {
  const world = new World();
  world.elsewhere = true;
  world.outbox.add(ID, "one", null);
  await world.answers({ refused: { code: "circle.waiting", round: "round-1", why: "round" } });
  const [first] = world.timers.splice(0);
  world.outbox.wake(ID);
  await world.answers({ refused: { code: "circle.waiting", retry_after: 9_000, why: "rest" } });
  first?.ring();
  world.outbox.wake(ID);
  assert.equal(world.asked.length, 0);
  assert.equal(world.entries[0]?.why, "circle");
  world.timers[0]?.ring();
  assert.equal(world.asked.length, 1);
});

test("A server that is newer for a moment keeps words in line", async () => {
  const world = new World();
  world.outbox.add(ID, "one", null);
  await world.answers({ refused: { code: "round.newer" } });
  assert.deepEqual(world.states(), ["waiting"]);
});

test("A refused entry stays until the person decides, and holds nobody up", async () => {
  const world = new World();
  const key = world.outbox.add(ID, "far too long", null);
  world.outbox.add(ID, "two", null);
  await world.answers({ refused: { code: "body.too_long", most: 4 } });
  assert.deepEqual(world.states(), ["refused", "sending"]);
  assert.equal(world.entries[0]?.code, "body.too_long");
  await world.answers({ ok: { seq: 1 } });
  world.outbox.settle(ID, new Set(), 1);
  assert.deepEqual(world.states(), ["refused"]);
  world.outbox.remove(key);
  assert.deepEqual(world.states(), []);
});

test("Trying again keeps the key, unless the words changed", async () => {
  const world = new World();
  const key = world.outbox.add(ID, "words", null);
  await world.answers({ refused: { code: "storage.full" } });
  world.outbox.retry(key);
  assert.equal((await world.answers({ refused: { code: "storage.full" } })).key, key);
  world.outbox.retry(key, "other words");
  const again = await world.answers({ ok: { seq: 1 } });
  assert.equal(again.body, "other words");
  assert.notEqual(again.key, key);
});

test("A reload keeps what waits, and what was being sent goes again", () => {
  const world = new World();
  const kept: OutboxEntry[] = ["sending", "refused", "sent", "waiting"].map((state, at) => ({
    key: `key ${at}`,
    circle: ID,
    topic: null,
    body: `words ${at}`,
    replyTo: null,
    manner: PLAIN,
    at,
    state: state as OutboxEntry["state"],
    why: null,
    code: state === "refused" ? "body.too_long" : null,
    facts: {},
    seq: state === "sent" ? 4 : null,
  }));
  world.outbox.restore(kept);
  assert.deepEqual(world.states(), ["sending", "refused", "waiting"]);
  assert.equal(world.asked[0]?.command.key, "key 0");
});

test("An answer to what was removed meanwhile does not bring it back", async () => {
  const world = new World();
  const key = world.outbox.add(ID, "hello", null);
  world.outbox.remove(key);
  await world.answers({ lost: true });
  assert.deepEqual(world.states(), []);
});

test("Whatever breaks, each press is in the log once and in order", async () => {
  const runs: Promise<void>[] = [];
  withSeeds(150, (chance, seed) => {
    const run = async (): Promise<void> => {
      const world = new World();
      const log: string[] = [];
      const pressed: string[] = [];
      for (let step = 0; step < 400 && (step < 40 || world.entries.length > 0); step++) {
        if (pressed.length < 12 && chance.is(0.3)) pressed.push(world.outbox.add(ID, `words ${pressed.length}`, null));
        if (chance.is(0.2)) world.live = step > 300 || !world.live;
        if (!world.live) while (world.asked.length > 0) await world.answers({ lost: true });
        world.timers.splice(0).forEach(({ ring }) => ring());
        world.outbox.pump();
        const next = world.asked[0];
        if (!next) continue;
        // The server may store it and die before it answers.
        const stores = chance.is(0.8);
        if (stores && !log.includes(next.command.key)) log.push(next.command.key);
        if (!stores && chance.is(0.5)) await world.answers({ refused: { code: "rate.limited", retry_after: 1 } });
        else if (!stores || chance.is(0.3)) await world.answers({ lost: true });
        else await world.answers({ ok: { seq: log.indexOf(next.command.key) + 1 } });
        if (chance.is(0.7)) world.outbox.settle(ID, new Set(), log.length);
      }
      assert.deepEqual(log, pressed, `with SEED=${seed}`);
    };
    runs.push(run());
  });
  await Promise.all(runs);
});

test("Words that wait out a breath stay in line with their key, and go when it lets them", async () => {
  const world = new World();
  const key = world.outbox.add(ID, "one", null);
  world.outbox.add(ID, "two", null);
  await world.answers({ refused: { code: "circle.waiting", until: 99_000, retry_after: 12_000, why: "breath" } });
  assert.deepEqual(world.states(), ["waiting", "waiting"]);
  assert.deepEqual(world.entries.map(({ why }) => why), ["circle", "circle"]);
  const [timer] = world.timers;
  assert.equal(timer?.ms, 12_000);
  world.outbox.pump();
  assert.equal(world.asked.length, 0);
  timer?.ring();
  const again = await world.answers({ ok: { seq: 3 } });
  assert.deepEqual([again.key, again.body], [key, "one"]);
  assert.equal(world.asked.length, 1);
});

test("Words that wait can be taken back into the box; those on their way cannot", async () => {
  const world = new World();
  const first = world.outbox.add(ID, "one", 4);
  const second = world.outbox.add(ID, "two", null);
  assert.equal(world.outbox.take(first), null);
  await world.answers({ refused: { code: "circle.waiting", retry_after: 1_000 } });
  const taken = world.outbox.take(first);
  assert.deepEqual([taken?.body, taken?.replyTo], ["one", 4]);
  assert.deepEqual(world.entries.map(({ key }) => key), [second]);
  world.timers[0]?.ring();
  assert.equal((await world.answers({ ok: { seq: 3 } })).body, "two");
  assert.equal(world.outbox.take("unknown"), null);
});
