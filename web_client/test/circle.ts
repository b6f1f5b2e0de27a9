/** Circles and frames for the tests, with only what a test cares about spelled out. */
import { type Incoming, apply } from "../src/apply.ts";
import type { AnyEvent, MessagePosted, Watching } from "../src/generated/protocol.ts";
import { type CircleState, emptyCircle } from "../src/state.ts";

export const ID = "circle-id-000001";
export const ME = "participant-0-me";
export const FERN = "participant-fern";
export const BO = "participant-00bo";
export const NOON = Date.UTC(2026, 2, 1, 12);

export function watching(over: Partial<Watching> = {}, after: number | null = null): Incoming {
  const answer: Watching = {
    on: `circle/${ID}`,
    epoch: "epoch-01",
    head: 0,
    base: 1,
    start: 1,
    reason: after === null ? "first" : "resumed",
    mine: { participant: ME },
    participants: [
      { id: ME, name: "Heron" },
      { id: FERN, name: "Fern" },
    ],
    here: [ME],
    ...over,
  };
  return { is: "watching", watching: answer, after };
}

export function event(seq: number, what: AnyEvent): Incoming {
  return { is: "event", seq, event: what };
}

export function posted(over: Partial<MessagePosted> = {}): MessagePosted {
  return { kind: "message.posted", by: FERN, name: "Fern", at: NOON, body: "hello", key: "key", ...over };
}

/** A circle one is in, with these events taken in from seq 1. */
export function circleWith(...events: AnyEvent[]): CircleState {
  return apply(emptyCircle(ID), [watching(), ...events.map((what, at) => event(at + 1, what))]);
}

export function bodies(state: CircleState): (string | null)[] {
  return state.entries.flatMap((entry) => (entry.kind === "message" ? [entry.body] : []));
}
