/** The fold of a circle against a log that is known: after each of very many steps, what is held is a part of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { apply } from "../src/apply.ts";
import type { AnyEvent } from "../src/generated/protocol.ts";
import { type CircleState, emptyCircle } from "../src/state.ts";
import { type Chance, withSeeds } from "./chance.ts";
import { BO, FERN, ID, ME, NOON, event, posted, watching } from "./circle.ts";

const EXAMPLES = 500;
const STEPS = 100;
/** More than so many missed events, and a reader begins anew at the newest ones. */
const FAR = 12;
const NEWEST = 5;

class Machine {
  state: CircleState = emptyCircle(ID);
  private chance: Chance;
  private log: AnyEvent[] = [];
  private epochs = 1;
  private keys = 0;
  /** Frames under way to the client; none while it is away. */
  private wire: number[] = [];
  private sent = 0;
  private connected = false;

  constructor(chance: Chance) {
    this.chance = chance;
  }

  step(): void {
    this.chance.one([this.append, this.append, this.deliver, this.deliver, this.lose, this.double, this.reorder, this.away, this.back, this.restore]).call(this);
    this.holds();
  }

  /** Somebody says something, or it is said again: a retry adds nothing. */
  private append(): void {
    if (this.chance.is(0.8)) this.keys += 1;
    const key = `key ${this.keys}`;
    if (this.log.some((one) => one.kind === "message.posted" && one.key === key)) return;
    this.log.push(posted({ key, body: `words ${this.keys}`, by: this.chance.one([ME, FERN, BO]), at: NOON + this.keys }));
    if (this.connected) this.wire.push(++this.sent);
  }

  private deliver(): void {
    const frames = this.wire.splice(0, 1 + this.chance.below(4));
    this.state = apply(this.state, frames.map((seq) => this.frame(seq)));
    if (this.state.gap) this.back();
  }

  private lose(): void {
    this.wire.splice(0, 1);
  }

  private double(): void {
    if (this.sent === 0 || !this.connected) return;
    this.wire.splice(this.chance.below(this.wire.length + 1), 0, 1 + this.chance.below(this.sent));
  }

  private reorder(): void {
    const [first, second] = this.wire;
    if (first !== undefined && second !== undefined) this.wire.splice(0, 2, second, first);
  }

  private away(): void {
    this.connected = false;
    this.wire = [];
  }

  /** The server's answer to a cursor: on from there, or anew. */
  back(): void {
    const epoch = `epoch-${this.epochs}`;
    const head = this.log.length;
    const after = this.state.phase === "inside" ? this.state.last : null;
    const same = after !== null && this.state.epoch === epoch && after <= head;
    const goesOn = same && head - after <= FAR;
    const start = goesOn ? after + 1 : Math.max(1, head - NEWEST + 1);
    const reason = goesOn ? "resumed" : after === null ? "first" : same ? "far" : "history";
    this.state = apply(this.state, [watching({ epoch, head, start, reason }, after)]);
    this.connected = true;
    this.sent = head;
    this.wire = Array.from({ length: head - start + 1 }, (_, at) => start + at);
  }

  /** The server is put back from a copy: another epoch, and the newest words are gone. */
  private restore(): void {
    if (!this.chance.is(0.2)) return;
    this.epochs += 1;
    this.log = this.log.slice(0, this.chance.below(this.log.length + 1));
    this.sent = Math.min(this.sent, this.log.length);
    this.away();
  }

  settle(): void {
    this.back();
    while (this.wire.length > 0) this.deliver();
    assert.equal(this.state.last, this.log.length);
    assert.equal(this.state.epoch, `epoch-${this.epochs}`);
  }

  /** What is held is one piece of the log of its epoch, in order, each key once. */
  holds(): void {
    const held = this.state.entries.map((entry) => (entry.kind === "message" ? [entry.seq, entry.body] : [entry.seq, null]));
    const { low, last, epoch } = this.state;
    if (this.state.phase !== "inside") return assert.deepEqual(held, []);
    assert.deepEqual(held.map(([seq]) => seq), Array.from({ length: Math.max(0, last - low + 1) }, (_, at) => low + at));
    if (epoch !== `epoch-${this.epochs}`) return;
    const told = this.log.slice(low - 1, last).map((one, at) => [low + at, one.kind === "message.posted" ? one.body : null]);
    assert.deepEqual(held, told);
  }

  private frame(seq: number): ReturnType<typeof event> {
    return event(seq, this.log[seq - 1] as AnyEvent);
  }
}

test("Whatever a connection and a server do, what is held is the log", () => {
  withSeeds(EXAMPLES, (chance) => {
    const machine = new Machine(chance);
    for (let step = 0; step < STEPS; step++) machine.step();
    machine.settle();
  });
});
