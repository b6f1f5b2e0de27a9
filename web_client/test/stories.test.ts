/**
 * Recorded stories: what one person's sockets received from a real server, and what their client must make of it.
 *
 * stories/<name>.json holds
 * - `frames`: every frame in the order it came, over all sockets of that person, as the server wrote it. Where the
 *   command an answer belongs to is recorded too, it stands before as `{"sent": {"do": …, "ref": …, …}}`; without it
 *   the test assumes what this client asks: a watch from its cursor (none after a `reset`), a page before `low`.
 * - `expected`: the end, by circle and for the person; what is not named is not looked at:
 *   {"circles": {"<id>": {
 *      "last": 12, "low": 1, "base": 1, "state": "open", "inside": true,
 *      "messages": [{"seq": 3, "by": "<participant>", "name": "Fern", "body": "…" or null, "reply_to": null,
 *                    "edited": false, "rephrased": false, "folded": false, "received": false}],
 *      "participants": {"<participant>": "Fern"}, "here": ["<participant>"], "aside": ["<participant>"],
 *      "given": {"3": ["hear_you"]}, "answered": {"3": [["<participant>", "hear_you"]]},
 *      "flags": {"3": "received"}}},
 *    "person": {"last": 4, "circles": ["<id>"], "letters": ["<letter id>"]}}
 *   A message lists the fields it cares about. `messages` itself is complete and in order.
 */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { type Incoming, apply } from "../src/apply.ts";
import { type Personal, applyPersonEvent, applyPlace } from "../src/apply_mine.ts";
import type { AnyFrame, Page, Watching } from "../src/generated/protocol.ts";
import { type CircleState, EMPTY_PERSON, type PersonState, emptyCircle } from "../src/state.ts";
import { Chance } from "./chance.ts";

type Sent = { readonly ref: number; readonly on?: string; readonly after?: number | null; readonly before?: number; readonly circle?: string };
type Recorded = AnyFrame | { readonly sent: Sent };
type Expected = Readonly<Record<string, unknown>>;
interface Story {
  readonly frames: readonly Recorded[];
  readonly expected: { readonly circles?: Readonly<Record<string, Expected>>; readonly person?: Expected };
}

const FOLDER = new URL("./stories/", import.meta.url);
const PERSONAL = new Set(["gesture.made", "gesture.undone", "gesture.given", "aside.was_set", "flag.moved"]);

/** A client without a screen: takes frames in, in batches of any size. */
class Listener {
  circles = new Map<string, CircleState>();
  person: PersonState = EMPTY_PERSON;
  private own = "";
  private sent = new Map<number, Sent>();
  private anew = new Set<string>();
  private waiting: { circle: string; item: Incoming }[] = [];
  private batch: () => number;

  constructor(batch: () => number) {
    this.batch = batch;
  }

  hear(frame: Recorded): void {
    if ("sent" in frame) this.sent.set(frame.sent.ref, frame.sent);
    else if ("hello" in frame) this.greeted(frame.hello.me);
    else if ("re" in frame) this.answered(frame);
    else if ("event" in frame) this.event(frame);
    else if ("here" in frame) this.put(frame.on, { is: "here", here: frame.here });
    else if ("reset" in frame) {
      if (frame.reset === "left") this.put(frame.on, { is: "outside" });
      else this.anew.add(frame.on);
    }
    if (this.waiting.length >= this.batch()) this.takeIn();
  }

  takeIn(): void {
    const waiting = this.waiting.splice(0);
    for (const circle of new Set(waiting.map((one) => one.circle))) {
      const items = waiting.filter((one) => one.circle === circle).map(({ item }) => item);
      this.circles.set(circle, apply(this.circle(circle), items));
    }
  }

  circle(id: string): CircleState {
    return this.circles.get(id) ?? emptyCircle(id);
  }

  private greeted(me: string): void {
    this.own = me;
    this.sent.clear();
  }

  private answered(frame: Extract<AnyFrame, { re: number | null }>): void {
    if (!("ok" in frame)) return;
    const sent = this.sent.get(frame.re);
    const answer = frame.ok as Watching | Page | object;
    this.takeIn();
    if ("start" in answer) {
      const held = answer.on === this.own ? this.person : this.circle(idOf(answer.on));
      const cursor = held.epoch === null || this.anew.has(answer.on) ? null : held.last;
      const after = sent ? (sent.after ?? null) : cursor;
      this.anew.delete(answer.on);
      if (answer.on === this.own) this.person = applyPlace(this.person, answer, after);
      else this.put(answer.on, { is: "watching", watching: answer, after });
    } else if ("events" in answer) {
      assert(sent?.circle && sent.before !== undefined, "a page needs its command in the recording");
      this.put(`circle/${sent.circle}`, { is: "page", page: answer, before: sent.before });
    }
  }

  private event(frame: Extract<AnyFrame, { event: unknown }>): void {
    const { on, seq, event } = frame;
    if (on !== this.own) return this.put(on, { is: "event", seq, event });
    this.person = applyPersonEvent(this.person, { seq, event });
    if (PERSONAL.has(event.kind)) {
      const personal = event as Personal;
      this.put(`circle/${personal.circle}`, { is: "personal", event: personal });
    }
  }

  private put(on: string, item: Incoming): void {
    this.waiting.push({ circle: idOf(on), item });
  }
}

function idOf(address: string): string {
  return address.slice(address.indexOf("/") + 1);
}

function seen(state: CircleState, expected: Expected): Expected {
  const messages = state.entries.flatMap((entry) => (entry.kind === "message" ? [entry] : []));
  const wanted = (expected["messages"] ?? []) as Expected[];
  const all: Record<string, unknown> = {
    last: state.last,
    low: state.low,
    base: state.base,
    state: state.view?.state,
    inside: state.phase === "inside",
    messages: messages.map((message, at) => {
      const { seq, by, name, body, replyTo, edited, rephrased, cover, received } = message;
      const full = { seq, by, name, body, reply_to: replyTo, edited, rephrased, folded: cover !== null, received };
      return only(full, wanted[at] ?? full);
    }),
    participants: Object.fromEntries(state.participants),
    here: [...state.here].sort(),
    aside: [...state.aside].sort(),
    given: Object.fromEntries([...state.given].filter(([, some]) => some.size > 0).map(([seq, some]) => [seq, [...some].sort()])),
    answered: Object.fromEntries(
      [...state.answered].filter(([, some]) => some.length > 0).map(([seq, some]) => [seq, some.map(({ by, gesture }) => [by, gesture])]),
    ),
    flags: Object.fromEntries(state.flags),
  };
  return only(all, expected);
}

function seenPerson({ last, view }: PersonState, expected: Expected): Expected {
  const letters = (view?.letters ?? []).map(({ id }) => id);
  return only({ last, circles: view?.circles ?? [], letters }, expected);
}

function only(all: Expected, like: Expected): Expected {
  return Object.fromEntries(Object.keys(like).map((name) => [name, all[name]]));
}

const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

test("There are stories to listen to", () => {
  assert(names.length > 0);
});

for (const name of names) {
  const { frames, expected } = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Story;
  const chance = new Chance(frames.length);
  const batches: Readonly<Record<string, () => number>> = {
    "one by one": () => 1,
    "in batches": () => 1 + chance.below(12),
    "all at once": () => Infinity,
  };
  for (const [how, batch] of Object.entries(batches)) {
    void test(`${name}, ${how}`, () => {
      const listener = new Listener(batch);
      for (const frame of frames) listener.hear(frame);
      listener.takeIn();
      for (const [id, what] of Object.entries(expected.circles ?? {})) {
        assert.deepEqual(seen(listener.circle(id), what), what);
        assert.equal(listener.circle(id).gap, false);
      }
      if (expected.person) assert.deepEqual(seenPerson(listener.person, expected.person), expected.person);
    });
  }
}
