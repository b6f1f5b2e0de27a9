import assert from "node:assert/strict";
import { test } from "node:test";
import { type Incoming, apply } from "../src/apply.ts";
import { applyPersonEvent, applyPlace } from "../src/apply_mine.ts";
import type { AnyEvent, PersonView } from "../src/generated/protocol.ts";
import { isWordless } from "../src/entry.ts";
import { type CircleState, EMPTY_PERSON, type Entry, emptyCircle, messageAt } from "../src/state.ts";
import { DEFAULT_PREFERENCES } from "../src/store.ts";
import { type Chance, withSeeds } from "./chance.ts";
import { BO, FERN, ID, ME, NOON, bodies, circleWith, event, posted, watching } from "./circle.ts";

test("Events are taken in one by one and in order", () => {
  const state = circleWith(posted({ body: "one" }), posted({ body: "two" }));
  assert.deepEqual(bodies(state), ["one", "two"]);
  assert.equal(state.last, 2);
});

test("What was taken in before changes nothing", () => {
  const state = circleWith(posted({ body: "one" }), { kind: "message.edited", target: 1, body: "changed" });
  const again = apply(state, [event(1, posted({ body: "one" })), event(2, { kind: "quiet" })]);
  assert.deepEqual(again, state);
});

test("A gap is not passed over", () => {
  const state = apply(circleWith(posted()), [event(3, posted({ body: "three" }))]);
  assert.equal(state.gap, true);
  assert.equal(state.last, 1);
  assert.deepEqual(bodies(state), ["hello"]);
});

test("The next event still counts after a gap was seen", () => {
  const state = apply(circleWith(posted()), [event(3, posted()), event(2, posted({ body: "two" }))]);
  assert.deepEqual(bodies(state), ["hello", "two"]);
  assert.equal(state.gap, true);
});

test("Going on from a cursor keeps what is held, and ends the gap", () => {
  const before = { ...circleWith(posted()), gap: true };
  const state = apply(before, [watching({ start: 2, head: 2 }, 1), event(2, posted({ body: "two" }))]);
  assert.deepEqual(bodies(state), ["hello", "two"]);
  assert.equal(state.gap, false);
});

test("A log that begins anew forgets what was held of it", () => {
  const before = circleWith(posted());
  const state = apply(before, [watching({ start: 900, head: 949, base: 1, reason: "far" }, 1)]);
  assert.deepEqual(bodies(state), []);
  assert.equal(state.last, 899);
  assert.deepEqual(state.away, { missed: 948, from: 1 });
});

test("Another epoch never goes on from a cursor", () => {
  const state = apply(circleWith(posted()), [watching({ epoch: "epoch-02", start: 2, head: 1, reason: "history" }, 1)]);
  assert.deepEqual(bodies(state), []);
  assert.equal(state.epoch, "epoch-02");
});

test("Changes are made to the message they are about", () => {
  const state = circleWith(
    posted(),
    { kind: "message.folded", target: 1, until: NOON + 1 },
    { kind: "message.received", target: 1 },
    { kind: "message.rephrased", target: 1, body: "kinder" },
  );
  const message = messageAt(state, 1);
  assert.equal(message?.body, "kinder");
  assert.equal(message?.cover, null);
  assert.equal(message?.rephrased, true);
  assert.equal(message?.received, true);
});

test("A message that was taken back stays so, whatever comes late", () => {
  const state = circleWith(
    posted(),
    { kind: "message.taken_back", target: 1 },
    { kind: "message.edited", target: 1, body: "late" },
    { kind: "message.folded", target: 1, until: NOON },
  );
  assert.equal(messageAt(state, 1)?.body, null);
  assert.equal(messageAt(state, 1)?.cover, null);
  assert.equal(messageAt(state, 1)?.takenBack, true);
});

test("A fold says until when, or what a panel found; opening it needs no other words", () => {
  const flagged = circleWith(posted(), { kind: "message.folded", target: 1, until: NOON });
  assert.deepEqual(messageAt(flagged, 1)?.cover, { is: "folded", until: NOON, reason: null });
  const decided = apply(flagged, [event(3, { kind: "message.folded", target: 1, reason: "disrespect" })]);
  assert.deepEqual(messageAt(decided, 1)?.cover, { is: "folded", until: null, reason: "disrespect" });
  assert.deepEqual(bodies(decided), ["hello"]);
});

test("The words of a held message go, and come back with its end", () => {
  const held = circleWith(posted(), { kind: "message.held", target: 1, until: NOON, reason: "threat" });
  assert.deepEqual(bodies(held), [null]);
  assert.equal(messageAt(held, 1)?.takenBack, false);
  assert.deepEqual(messageAt(held, 1)?.cover, { is: "held", until: NOON, reason: "threat" });
  const open = apply(held, [event(3, { kind: "message.unfolded", target: 1, body: "hello" })]);
  assert.deepEqual(messageAt(open, 1), messageAt(circleWith(posted()), 1));
  const folded = apply(held, [event(3, { kind: "message.folded", target: 1, until: NOON, body: "hello" })]);
  assert.deepEqual(bodies(folded), ["hello"]);
  assert.equal(messageAt(folded, 1)?.cover?.is, "folded");
});

test("A writer keeps the words of their own held message, and may take them back", () => {
  const held = circleWith(posted({ by: ME }), { kind: "message.held", target: 1, until: NOON, reason: "threat" });
  assert.deepEqual(bodies(held), ["hello"]);
  const gone = apply(held, [event(3, { kind: "message.taken_back", target: 1 })]);
  assert.deepEqual(bodies(gone), [null]);
  assert.equal(messageAt(gone, 1)?.cover, null);
});

test("A message read while it is covered comes without words, and is not taken back", () => {
  const state = circleWith(posted({ body: null, cover: "withheld", reason: "illegal" }));
  assert.equal(messageAt(state, 1)?.takenBack, false);
  assert.deepEqual(messageAt(state, 1)?.cover, { is: "withheld", until: null, reason: "illegal" });
  assert.equal(messageAt(circleWith(posted({ body: null })), 1)?.takenBack, true);
});

test("An edit without words leaves the words as they are: a later one carries them", () => {
  const state = circleWith(posted(), { kind: "message.edited", target: 1 });
  assert.equal(messageAt(state, 1)?.body, "hello");
});

test("Quiet events only keep the count", () => {
  const before = circleWith(posted());
  assert.deepEqual(apply(before, [event(2, { kind: "quiet" })]), { ...before, last: 2 });
});

test("Faded words are gone, and cannot be paged back to", () => {
  const state = circleWith(posted({ body: "old" }), posted({ body: "new" }), { kind: "words.faded", floor: 1 });
  assert.deepEqual(bodies(state), ["new"]);
  assert.equal(state.low, 2);
  assert.equal(state.base, 2);
});

test("A page is put before what is held", () => {
  const before = apply(emptyCircle(ID), [watching({ start: 51, head: 51 }), event(51, posted({ body: "late" }))]);
  const page = { epoch: "epoch-01", base: 1, events: [{ seq: 50, event: posted({ body: "early" }) }] };
  const state = apply(before, [{ is: "page", page, before: 51 }]);
  assert.deepEqual(bodies(state), ["early", "late"]);
  assert.equal(state.low, 50);
  assert.deepEqual(apply(state, [{ is: "page", page, before: 51 }]), state);
});

test("A page of a log that began anew meanwhile is left alone", () => {
  const before = apply(emptyCircle(ID), [watching({ epoch: "epoch-02", start: 51, head: 50 })]);
  const page = { epoch: "epoch-01", base: 1, events: [{ seq: 50, event: posted() }] };
  assert.deepEqual(apply(before, [{ is: "page", page, before: 51 }]), before);
});

test("An empty page says that there is nothing more", () => {
  const before = apply(emptyCircle(ID), [watching({ start: 51, head: 50 })]);
  const state = apply(before, [{ is: "page", page: { epoch: "epoch-01", base: 1, events: [] }, before: 51 }]);
  assert.equal(state.low, state.base);
});

test("A change that comes before the page with its message waits for it", () => {
  const state = apply(emptyCircle(ID), [
    watching({ start: 51, head: 51 }),
    event(51, { kind: "message.taken_back", target: 50 }),
    {
      is: "page",
      page: { epoch: "epoch-01", base: 1, events: [{ seq: 50, event: posted({ body: "gone" }) }] },
      before: 51,
    },
  ]);
  assert.deepEqual(bodies(state), [null]);
  assert.deepEqual(state.unplaced, []);
});

test("Who is in the circle and who is here follow the log", () => {
  const entered: AnyEvent = { kind: "participant.entered", participant: BO, name: "Bo", at: NOON };
  const came = apply(circleWith(entered), [{ is: "here", here: { came: [BO] } }]);
  assert.equal(came.participants.get(BO), "Bo");
  assert.equal(came.here.has(BO), true);
  const left = apply(came, [event(2, { kind: "participant.left", participant: BO, at: NOON })]);
  assert.equal(left.participants.has(BO), false);
  assert.equal(left.here.has(BO), false);
});

test("A circle that goes on without its host has none", () => {
  const view = { ...VIEW, host: "Fern" };
  const before = apply(emptyCircle(ID), [watching({ circle: view, mine: { participant: ME, hosting: true } })]);
  const state = apply(before, [
    event(1, { kind: "circle.closing", closes_at: NOON }),
    event(2, { kind: "circle.stays_open", hosted: false }),
  ]);
  assert.equal(state.view?.state, "open");
  assert.equal(state.view?.host, null);
  assert.equal(state.hosting, false);
});

test("What somebody would like is nobody's in particular, and a line says that it has begun", () => {
  const wishes = [{ act: "breath" as const, until: NOON + 5 }];
  const asked = circleWith({ kind: "space.changed", space: { wishes }, what: "wished", act: "breath" });
  assert.deepEqual([asked.space, [...asked.wished]], [{ wishes }, []]);
  assert.equal(asked.entries.length, 0);
  const began = apply(asked, [event(2, { kind: "space.changed", space: { breath_until: NOON + 1 }, what: "breath" })]);
  assert.deepEqual(began.space, { breath_until: NOON + 1 });
  assert.deepEqual(began.entries.map((entry) => entry.kind === "line" && entry.what), ["breath"]);
  const paced = apply(began, [event(3, { kind: "space.changed", space: { pace: "gentle" }, what: "pace" })]);
  assert.deepEqual(paced.entries.map((entry) => entry.kind === "line" && entry.what), ["breath", "pace_gentle"]);
});

test("A wish stays one's own only until somebody has a newer one", () => {
  const wishes = [{ act: "breath" as const, until: NOON + 5 }];
  const came = apply(emptyCircle(ID), [watching({ mine: { participant: ME, space: { wishes }, wished: ["breath"] } })]);
  assert.deepEqual([...came.wished], ["breath"]);
  const { last } = came;
  const again = apply(came, [event(last + 1, { kind: "space.changed", space: { wishes, pace: "gentle" }, what: "pace" })]);
  assert.deepEqual([...again.wished], ["breath"]);
  const newer = { wishes: [{ act: "breath" as const, until: NOON + 9 }] };
  const after = apply(again, [event(last + 2, { kind: "space.changed", space: newer, what: "wished", act: "breath" })]);
  assert.deepEqual([...after.wished], []);
});

test("Being outside leaves nothing of the log", () => {
  const state = apply(circleWith(posted()), [{ is: "outside" }, event(2, posted())]);
  assert.equal(state.phase, "outside");
  assert.deepEqual(bodies(state), []);
});

test("What is one's own may come twice", () => {
  const made: Incoming = {
    is: "personal",
    event: { kind: "gesture.made", circle: ID, target: 1, by: FERN, name: "Fern", gesture: "hear_you" },
  };
  const given: Incoming = {
    is: "personal",
    event: { kind: "gesture.given", circle: ID, target: 2, gesture: "thank_you", on: true },
  };
  const once = apply(circleWith(posted({ by: ME }), posted()), [made, given]);
  assert.deepEqual(apply(once, [made, given]), once);
  assert.equal(once.answered.get(1)?.length, 1);
  assert.deepEqual([...(once.given.get(2) ?? [])], ["thank_you"]);
});

test("The order of answers and events in one batch is kept", () => {
  const items: Incoming[] = [
    watching({ head: 2 }),
    event(1, posted({ body: "one" })),
    watching({ epoch: "epoch-02", start: 1, head: 1 }, 1),
    event(1, posted({ body: "anew" })),
  ];
  assert.deepEqual(bodies(apply(emptyCircle(ID), items)), ["anew"]);
});

test("However frames are lost, doubled and batched, the log becomes the server's", () => {
  withSeeds(300, (chance) => {
    const log = randomLog(chance, 5 + chance.below(60));
    const truth = apply(emptyCircle(ID), [watching({ head: log.length }), ...log.map((what, at) => event(at + 1, what))]);
    let state = apply(emptyCircle(ID), [watching({ head: log.length })]);
    for (let round = 0; state.last < log.length; round++) {
      const noisy = round < 20 ? disturbed(chance, log, state.last) : log.map((what, at) => event(at + 1, what));
      while (noisy.length > 0) state = apply(state, noisy.splice(0, 1 + chance.below(7)));
      const participants = [...truth.participants].map(([id, name]) => ({ id, name }));
      const again = { start: state.last + 1, head: log.length, participants };
      if (state.gap) state = apply(state, [watching(again, state.last)]);
    }
    assert.deepEqual(state, truth);
  });
});

test("A log read in pages is the log that was heard live", () => {
  withSeeds(200, (chance) => {
    const log = randomLog(chance, 10 + chance.below(80));
    const truth = apply(emptyCircle(ID), [watching({ head: log.length }), ...log.map((what, at) => event(at + 1, what))]);
    const start = 1 + chance.below(log.length);
    let state = apply(emptyCircle(ID), [
      watching({ start, head: log.length }),
      ...log.slice(start - 1).map((what, at) => event(start + at, what)),
    ]);
    while (state.low > state.base) {
      const from = Math.max(1, state.low - 1 - chance.below(9));
      const events = log.slice(from - 1, state.low - 1).map((what, at) => ({ seq: from + at, event: asNow(what, from + at, truth) }));
      state = apply(state, [{ is: "page", page: { epoch: "epoch-01", base: 1, events }, before: state.low }]);
    }
    assert.deepEqual(state.entries.map(asSent), truth.entries.map(asSent));
    assert.deepEqual(state.unplaced, []);
  });
});

test("One's place follows its log and asks again after a gap", () => {
  const place = applyPlace(EMPTY_PERSON, { ...PLACE, person: PERSON }, null);
  const joined = applyPersonEvent(place, { seq: 5, event: { kind: "circle.joined", circle: ID, participant: ME } });
  assert.deepEqual(joined.view?.circles, [ID]);
  const twice = applyPersonEvent(joined, { seq: 5, event: { kind: "circle.parted", circle: ID } });
  assert.deepEqual(twice, joined);
  assert.equal(applyPersonEvent(joined, { seq: 9, event: { kind: "session.ended" } }).gap, true);
});

test("A letter that comes again stands in the place of the one before", () => {
  const place = applyPlace(EMPTY_PERSON, { ...PLACE, person: PERSON }, null);
  const letter = { id: "letter-id-000001", about: "reading" as const, circle: ID, target: 1, at: NOON, side_until: NOON };
  const came = applyPersonEvent(place, { seq: 5, event: { kind: "letter.came", letter } });
  const again = applyPersonEvent(came, { seq: 6, event: { kind: "letter.came", letter: { ...letter, side_until: null } } });
  assert.deepEqual(again.view?.letters?.map((one) => one.side_until), [null]);
});

test("A seat follows its panel and leaves with it", () => {
  const place = applyPlace(EMPTY_PERSON, { ...PLACE, person: PERSON }, null);
  const seat = { id: "seat-id-00000001", state: "offered" as const, size: 3 };
  const offered = applyPersonEvent(place, { seq: 5, event: { kind: "seat.moved", seat } });
  assert.deepEqual(offered.view?.seats, [seat]);
  const taken = applyPersonEvent(offered, { seq: 6, event: { kind: "seat.moved", seat: { ...seat, state: "taken" } } });
  assert.deepEqual(taken.view?.seats?.map(({ state }) => state), ["taken"]);
  const gone = applyPersonEvent(taken, { seq: 7, event: { kind: "seat.moved", seat: { ...seat, state: "gone" } } });
  assert.deepEqual(gone.view?.seats, []);
});

test("A pause of one circle and one of everywhere are two, and each ends by itself", () => {
  const place = applyPlace(EMPTY_PERSON, { ...PLACE, person: PERSON }, null);
  const here = applyPersonEvent(place, { seq: 5, event: { kind: "pause.moved", circle: ID, until: NOON } });
  const both = applyPersonEvent(here, { seq: 6, event: { kind: "pause.moved", until: NOON + 1 } });
  assert.deepEqual(both.view?.pauses?.map(({ until }) => until), [NOON, NOON + 1]);
  const longer = applyPersonEvent(both, { seq: 7, event: { kind: "pause.moved", circle: ID, until: NOON + 2 } });
  assert.deepEqual(longer.view?.pauses?.map(({ until }) => until), [NOON + 1, NOON + 2]);
  const over = applyPersonEvent(longer, { seq: 8, event: { kind: "pause.moved", circle: ID } });
  assert.deepEqual(over.view?.pauses?.map(({ until }) => until), [NOON + 1]);
});

const VIEW = {
  id: ID,
  topic: "Sleep",
  state: "open" as const,
  fullness: "room" as const,
  entry: "anyone" as const,
  agreement: "I listen.",
  agreement_version: 1,
  keep_for: 0,
  opens_at: NOON,
};
const PERSON: PersonView = { name: "Heron", kept: false, preferences: DEFAULT_PREFERENCES };
const PLACE = {
  on: "person/person-id-000001",
  epoch: "epoch-01",
  head: 4,
  base: 1,
  start: 5,
  reason: "first" as const,
};

/** As a server writes it: the words of a message that is held are in no event until it is open again. */
function randomLog(chance: Chance, length: number): AnyEvent[] {
  const log: AnyEvent[] = [];
  const said = new Map<number, { body: string; wordless: boolean }>();
  for (let seq = 1; seq <= length; seq++) {
    const target = chance.one([...said.keys()]);
    const now = target === undefined ? undefined : said.get(target);
    const words = (body: string) => (now?.wordless ? {} : { body });
    const again = now?.wordless ? { body: now.body } : {};
    const what: AnyEvent[] = [
      posted({ key: `key ${seq}`, body: `words ${seq}`, by: chance.one([ME, FERN, BO]), at: NOON + seq }),
      { kind: "participant.entered", participant: BO, name: "Bo", at: NOON + seq },
      { kind: "participant.left", participant: BO, at: NOON + seq },
      { kind: "quiet" },
    ];
    if (target !== undefined) {
      what.push(
        { kind: "message.edited", target, ...words(`edited ${seq}`) },
        { kind: "message.taken_back", target },
        { kind: "message.received", target },
        { kind: "message.folded", target, until: NOON + seq, ...again },
        { kind: "message.folded", target, reason: "disrespect", ...again },
        { kind: "message.held", target, until: NOON + seq, reason: "threat" },
        { kind: "message.withheld", target, reason: "illegal" },
        { kind: "message.unfolded", target, ...again },
        { kind: "message.rephrased", target, body: `rephrased ${seq}` },
      );
    }
    const happened = chance.is(0.4) ? (what[0] as AnyEvent) : chance.one(what);
    log.push(happened);
    if (happened.kind === "message.posted") said.set(seq, { body: happened.body ?? "", wordless: false });
    else if (now && target !== undefined && "target" in happened) {
      if (happened.kind === "message.taken_back") said.delete(target);
      else if (happened.kind === "message.edited" && now.wordless) now.body = `edited ${seq}`;
      else if ("body" in happened) now.body = happened.body ?? now.body;
      if (happened.kind.endsWith("held")) now.wordless = true;
      if (/folded$|rephrased$/.test(happened.kind)) now.wordless = false;
    }
  }
  return log;
}

/** What a bad connection makes of the log after `last`: pieces lost, doubled, late. */
function disturbed(chance: Chance, log: readonly AnyEvent[], last: number): Incoming[] {
  const frames: Incoming[] = [];
  for (let seq = Math.max(1, last - 3); seq <= log.length; seq++) {
    if (chance.is(0.05)) continue;
    const frame = event(seq, log[seq - 1] as AnyEvent);
    frames.push(frame);
    if (chance.is(0.1)) frames.push(frame);
    if (chance.is(0.1)) frames.splice(chance.below(frames.length), 0, frame);
  }
  return frames;
}

/** A message read later carries what was done to it since, and its words only where others have them too. */
function asNow(what: AnyEvent, seq: number, truth: CircleState): AnyEvent {
  const now = messageAt(truth, seq);
  if (what.kind !== "message.posted" || now === null) return what;
  const { body, edited, rephrased, cover, received } = asSent(now);
  const { is = null, until = null, reason = null } = cover ?? {};
  return { ...what, body, edited, rephrased, cover: is, folded_until: until, reason, received };
}

/** Without what only its writer's own page still holds. */
function asSent<T extends Entry>(entry: T): T {
  return entry.kind === "message" && isWordless(entry.cover) ? { ...entry, body: null } : entry;
}

test("How it stands with care replaces how it stood", () => {
  const place = applyPlace(EMPTY_PERSON, { ...PLACE, person: PERSON }, null);
  const offers = [{ offer: "offer-----------", circle: ID, company: true, until: NOON }];
  const asked = applyPersonEvent(place, { seq: 5, event: { kind: "care.now", offers } });
  assert.deepEqual(asked.view?.care?.offers, offers);
  const over = applyPersonEvent(asked, { seq: 6, event: { kind: "care.now" } });
  assert.equal(over.view?.care?.offers, undefined);
});

test("One's own held words are read from beside the events, those of others stay away", () => {
  const held = { body: undefined, cover: "held", folded_until: NOON, reason: "privacy" } as const;
  const own = [{ target: 2, body: "Fern lives at the old mill." }];
  let state = apply(emptyCircle(ID), [
    watching({ head: 3, own }),
    event(1, posted({ ...held, by: FERN })),
    event(2, posted({ ...held, by: ME, key: "k2" })),
    event(3, { kind: "message.held", target: 2, until: NOON, reason: "privacy" }),
  ]);
  assert.deepEqual(bodies(state), [null, "Fern lives at the old mill."]);
  state = apply(state, [event(4, { kind: "message.unfolded", target: 2, body: "Fern lives at the old mill." })]);
  state = apply(state, [event(5, { kind: "message.taken_back", target: 2 })]);
  assert.deepEqual(bodies(state), [null, null]);
});

test("One's own held words come with the page they are on", () => {
  const held = { body: undefined, cover: "withheld", reason: "privacy" } as const;
  const own = [{ target: 1, body: "mine" }];
  const before = apply(emptyCircle(ID), [watching({ start: 3, head: 3 }), event(3, posted({ body: "three", key: "k3" }))]);
  const events = [posted({ ...held, by: ME, key: "k1" }), posted({ ...held, key: "k2" })];
  const state = apply(before, [
    { is: "page", before: 3, page: { epoch: "epoch-01", base: 1, events: events.map((what, at) => ({ seq: at + 1, event: what })), own } },
  ]);
  assert.deepEqual(bodies(state), ["mine", null, "three"]);
  assert.equal(messageAt(state, 1)?.takenBack, false);
});
