import assert from "node:assert/strict";
import { test } from "node:test";
import { apply } from "../src/apply.ts";
import type { AnyEvent } from "../src/generated/protocol.ts";
import { type CircleState, emptyCircle } from "../src/state.ts";
import { isToCome, partOf, waysOf } from "../src/taking_turns.ts";
import { type Turns, boxOf, turned } from "../src/turns.ts";
import { withSeeds } from "./chance.ts";
import { BO, FERN, ID, ME, NOON, circleWith, event, posted, watching } from "./circle.ts";
import { PEOPLE, Round } from "./round.ts";

const R = "round-1";
const OFFERED: AnyEvent = { kind: "round.offered", round: R, by: FERN, question: "What helped?" };
const BEGAN: AnyEvent = { kind: "round.began", round: R };

function joins(who: string): AnyEvent {
  return { kind: "round.joined", round: R, who };
}

function gets(to: string, turn: number): AnyEvent {
  return { kind: "piece.given", round: R, to, turn };
}

function passes(by: string, turn: number, how: "passed" | "silent" | "later" = "passed"): AnyEvent {
  return { kind: "piece.passed", round: R, by, turn, how };
}

function turnsOf(...events: AnyEvent[]): Turns {
  const { turns } = circleWith(...events);
  assert(turns, "no round is on");
  return turns;
}

/** Which of the ways are open. */
function open(turns: Turns): string[] {
  return Object.entries(waysOf(turns, ME)).flatMap(([way, isOpen]) => (isOpen ? [way] : []));
}

test("An offer may be joined or listened to; it begins by two who joined", () => {
  const offered = turnsOf(OFFERED);
  assert.equal(offered.question, "What helped?");
  assert.equal(partOf(offered, ME), "offer");
  assert.deepEqual(open(offered), ["join", "listen"]);
  assert.deepEqual(open(turnsOf(OFFERED, joins(ME))), ["stepOut"]);
  assert.deepEqual(open(turnsOf(OFFERED, joins(FERN), joins(ME))), ["begin", "stepOut"]);
});

test("Whoever offered it says that it begins, also without joining", () => {
  const mine: AnyEvent = { ...OFFERED, by: ME };
  assert.deepEqual(open(turnsOf(mine, joins(FERN), joins(BO))), ["join", "listen", "begin"]);
});

test("Having the piece one may pass, or have it come back once", () => {
  const first = turnsOf(OFFERED, joins(ME), joins(FERN), BEGAN, gets(ME, 1));
  assert.equal(boxOf(first, ME), "yours");
  assert.equal(boxOf(first, FERN), "waits");
  assert.deepEqual(open(first), ["stepOut", "pass", "comeBack", "layDown"]);
  const second = turnsOf(OFFERED, joins(ME), joins(FERN), BEGAN, gets(ME, 1), passes(ME, 1, "later"), gets(FERN, 2), passes(FERN, 2), gets(ME, 3));
  assert.deepEqual(open(second), ["stepOut", "pass", "layDown"]);
});

test("While another has it words wait, for one's own turn or for the end", () => {
  const joined = turnsOf(OFFERED, joins(FERN), joins(ME), BEGAN, gets(FERN, 1));
  assert.equal(boxOf(joined, ME), "waits");
  assert.equal(isToCome(joined, ME), true);
  const listens = turnsOf(OFFERED, joins(FERN), joins(BO), BEGAN, gets(FERN, 1));
  assert.equal(isToCome(listens, ME), false);
  assert.deepEqual(open(listens), ["join", "ask", "layDown"]);
  assert.equal(partOf(listens, ME), "others");
});

test("Talking about it everybody's box is open, until its end is told", () => {
  const talk = turnsOf(OFFERED, joins(ME), joins(FERN), BEGAN, gets(ME, 1), passes(ME, 1), { kind: "round.talks", round: R, until: NOON });
  assert.equal(boxOf(talk, FERN), "open");
  assert.equal(talk.until, NOON);
  assert.equal(partOf(talk, ME), "talk");
  assert.deepEqual(open(talk), ["layDown"]);
});

test("Who came late has a card until they answer it, whatever is read again", () => {
  const round = { id: R, phase: "going" as const, holder: FERN, turn: 1, people: [FERN, BO] };
  const came = watching({ head: 5, start: 6, mine: { participant: ME, round, my_round: { box: "waits", late: true } } });
  const late = apply(emptyCircle(ID), [came]);
  assert(late.turns);
  assert.equal(partOf(late.turns, ME), "late");
  const answered = { ...late, turns: { ...late.turns, mine: { ...late.turns.mine, late: false } } };
  const again = apply(answered, [came]).turns;
  assert(again);
  assert.equal(partOf(again, ME), "others");
});

test("The holder is asked, and any sign of theirs is the answer", () => {
  const state = circleWith(OFFERED, joins(ME), joins(FERN), BEGAN, gets(ME, 1));
  const is = (turn: number, round = R): CircleState =>
    apply(state, [{ is: "personal", event: { kind: "piece.asked", circle: ID, round, turn } }]);
  const askedNow = is(1);
  assert.equal(askedNow.turns?.mine.asked, true);
  assert.equal(is(0).turns?.mine.asked, false);
  assert.equal(is(1, "round-0").turns?.mine.asked, false);
  for (const after of [posted({ by: ME }), passes(ME, 1)]) {
    assert.equal(apply(askedNow, [event(state.last + 1, after)]).turns?.mine.asked, false);
  }
  assert.equal(apply(askedNow, [event(state.last + 1, posted())]).turns?.mine.asked, true);
});

test("A round leaves two lines: that it was offered, and how it ended", () => {
  const { entries, turns } = circleWith(OFFERED, joins(FERN), { kind: "round.over", round: R, how: "too_few" });
  assert.equal(turns, null);
  assert.deepEqual(entries.map((entry) => entry.kind === "line" && [entry.what, entry.name]), [["round_offered", "Fern"], ["round_too_few", ""]]);
});

test("However a round goes, what was shown of it and what came since make the same", () => {
  withSeeds(150, (chance) => {
    const world = new Round();
    const told: { seq: number; view: ReturnType<Round["view"]> }[] = [{ seq: 0, view: null }];
    const mine: ReturnType<Round["mine"]>[] = [null];
    for (let step = 0; step < 60; step++) {
      world.goesOn(chance);
      told.push({ seq: world.log.length, view: world.view() });
      mine.push(world.mine("bo"));
    }
    const end = told.at(-1);
    const at = chance.below(told.length);
    const seen = told[at];
    assert(end && seen);
    // Watched at some moment, reading again from an earlier one: what is read again is in what was shown.
    const from = chance.below(seen.seq + 1);
    const events = world.log.map((what, index) => event(index + 1, what));
    // The log holds no questions.
    const readAgain = world.log.slice(from, seen.seq).map((what, index) => {
      return event(from + index + 1, what.kind === "round.offered" ? { ...what, question: null } : what);
    });
    const after = [...readAgain, ...events.slice(seen.seq)];
    const shown = watching({
      head: seen.seq,
      start: from + 1,
      mine: { participant: "bo", round: seen.view, my_round: mine[at] ?? null },
    });
    const whole = apply(emptyCircle(ID), [watching({ mine: { participant: "bo" } }), ...events]).turns;
    const joinedLater = apply(emptyCircle(ID), [shown, ...after]).turns;
    assert.deepEqual(joinedLater, whole);
    let turns: Turns | null = null;
    for (const what of world.log) {
      turns = turned(turns, what, "bo");
      assert.deepEqual(turned(turns, what, "bo"), turns, "the same event again changed something");
    }
    const { view } = end;
    assert.equal(whole === null, view === null);
    if (whole === null || view === null) return;
    const { id, phase, question, by, people, holder, turn } = whole;
    assert.deepEqual({ id, phase, question, by, people, holder, turn, until: whole.until }, view);
    assert.equal(whole.mine.turns, mine.at(-1)?.turns);
    assert.equal(boxOf(whole, "bo"), mine.at(-1)?.box);
    const boxes = PEOPLE.map((who) => boxOf(whole, who));
    assert.equal(boxes.filter((box) => box === "yours").length, view.holder === null ? 0 : 1);
    assert.equal(boxes.includes("waits"), view.holder !== null);
  });
});
