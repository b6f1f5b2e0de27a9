import assert from "node:assert/strict";
import { test } from "node:test";
import type { Letter, Statement } from "../src/generated/protocol.ts";
import { choicesOf, linesOf, newest, reasonsOf, titleOf } from "../src/letters.ts";
import { pauseIn } from "../src/pauses.ts";
import { type Reasons, partsOf } from "../src/reasons.ts";
import { messageAt } from "../src/state.ts";
import { en } from "../src/words/en.ts";
import { learn } from "../src/words.ts";
import { ID, ME, NOON, circleWith, posted } from "./circle.ts";

learn(en);

const WHEN = (at: number): string => `moment ${at - NOON}`;
const DECIDED: Statement = {
  outcomes: [{ target: 1, content: 1 }],
  code: "disrespect",
  clause: "I listen.",
  sentences: ["It puts somebody down."],
  agreed: 2,
  size: 3,
  band: "6–9",
  appeal_until: NOON + 9,
};

function letter(over: Partial<Letter> = {}): Letter {
  return { id: "letter-id-000001", about: "folded", circle: ID, target: 1, at: NOON, ...over };
}

function said(over: Partial<Reasons> = {}): string[] {
  const reasons: Reasons = { ...DECIDED, mine: true, recall: new Map(), ...over };
  return partsOf(reasons, WHEN).flatMap(({ lines, quoted }) => lines.concat(quoted));
}

test("A decision has five parts: what, why, which line, who, and what one can do now", () => {
  const parts = partsOf({ ...DECIDED, mine: true, recall: new Map() }, WHEN);
  assert.deepEqual(
    parts.map(({ title }) => en[title]),
    ["What is done", "What happened", "The line of the agreement", "Who decided", "What you can do"],
  );
  assert.deepEqual(said(), [
    "The message stays folded. Anyone can open it.",
    "They read it as: disrespect.",
    "It puts somebody down.",
    "I listen.",
    "2 of 3 people drawn by lot decided this. They were drawn from 6–9 people.",
    "The software only counted flags and drew lots. No machine read the words.",
    "You can say it differently or take it back.",
    "You can ask another panel until moment 9. Other people are drawn for it. It can only make this milder.",
  ]);
});

test("A pause says until when, and how it ends earlier", () => {
  const lines = said({ person: 3, person_until: NOON + 5 });
  assert(lines.includes("You rest from posting in this circle until moment 5. You can read everything."));
  assert(lines.includes("Say it differently or take it back, and your rest from posting ends at once."));
  assert(said({ person: 5, person_until: NOON + 5 }).some((line) => line.includes("in all circles here until moment 5")));
});

test("What a person was asked is theirs: whoever flagged learns only that something was", () => {
  const lines = said({ mine: false, person: 3, person_until: NOON + 5 });
  assert(lines.includes("Its writer was asked for something too."));
  assert(!lines.some((line) => line.includes("moment 5")));
});

test("Of several messages each is named by its first words, where they are here", () => {
  const outcomes = [
    { target: 1, content: 2 },
    { target: 2, content: 0 },
    { target: 3, content: 1, until: NOON },
  ];
  const lines = said({ outcomes, recall: new Map([[1, "x".repeat(61)], [2, "Good evening"]]) });
  assert.deepEqual(lines.slice(0, 3), [
    `“${"x".repeat(60)}…”: The message is withheld. Nobody can read it.`,
    "“Good evening”: The message stands as it was.",
    "Another message: The message stays folded until moment 0. Anyone can open it.",
  ]);
});

test("A second panel is the last, and one who was not told a line is told so", () => {
  const lines = said({ second: true, clause: null, appeal_until: null });
  assert(lines.includes("This was the second panel. There is no further one."));
  assert(lines.includes("They named no single line of the agreement."));
});

test("Before the decision the letter says how many it takes, never who", () => {
  const { band: _, ...draft } = DECIDED;
  const parts = partsOf({ ...draft, mine: true, recall: new Map() }, WHEN);
  assert.equal(parts[3]?.lines[0], "At least 2 of 3 people drawn by lot decide this.");
  assert.equal(parts[4]?.lines.at(-1), "You can ask another panel. The letter says until when.");
});

test("A decision that nobody could be found to hear again says so", () => {
  assert(said({ agreed: 0 }).includes("Too few people could be found to read it again. So it became milder by itself."));
});

test("Whoever flagged reads what was decided, not which line of the agreement it was", () => {
  const other = letter({ mine: false, about: "decided", statement: { ...DECIDED, clause: null, sentences: [] } });
  const reasons = reasonsOf(other, new Map());
  assert(reasons);
  const titles = partsOf(reasons, WHEN).map(({ title }) => en[title]);
  assert.deepEqual(titles, ["What is done", "What happened", "Who decided", "What you can do"]);
  assert.equal(reasonsOf(letter({ mine: false, about: "unheard", statement: DECIDED }), new Map()), null);
});

test("Until when other people can be asked is the letter's to say", () => {
  const decided = letter({ about: "decided", statement: { ...DECIDED, appeal_until: null }, appeal_until: NOON + 4 });
  const reasons = reasonsOf(decided, new Map());
  assert(reasons && partsOf(reasons, WHEN).some(({ lines }) => lines.some((line) => line.includes("until moment 4"))));
});

test("A letter that is open gives way to the one that takes its place", () => {
  const opened = letter({ about: "reading" });
  const other = letter({ id: "letter-id-000009", target: 9 });
  const decided = letter({ id: "letter-id-000002", about: "decided" });
  assert.equal(newest([other, opened], opened), opened);
  assert.equal(newest([other, decided], opened), decided);
  assert.equal(newest([other], opened), opened);
});

test("A letter about a fold names what was felt, until when, and what one may do", () => {
  assert.deepEqual(linesOf(letter({ felt: ["disrespect", "pressure"], until: NOON + 3 }), WHEN), [
    "Several people asked for a pause on it. This is not a judgement.",
    "What was felt: disrespect, pressure.",
    "It stays folded until moment 3 at most. Anyone can open it.",
    "You can say it differently, take it back, or wait.",
  ]);
  assert.equal(titleOf(letter()), "About one of your messages");
  assert.equal(titleOf(letter({ mine: false, about: "kept" })), "About a message you flagged");
});

test("Every kind of letter says something", () => {
  const kinds: Letter["about"][] = ["folded", "held", "lapsed", "gentle", "reading", "kept", "unheard", "attack", "misheld"];
  for (const about of kinds) assert(linesOf(letter({ about }), WHEN).length > 0, about);
});

test("Whose flag was called an attack reads what follows, and that it need not be the last word", () => {
  const lines = (over: Partial<Letter>) => linesOf(letter({ mine: false, ...over }), WHEN).join(" ");
  const first = lines({ about: "attack", appeal_until: NOON + 9 });
  assert.match(first, /Nothing else follows\. .* Other people can look at it/);
  assert.match(lines({ about: "attack", until: NOON + 7 }), /Until moment 7 your flags fold nothing for others\./);
  assert.doesNotMatch(lines({ about: "attack", until: NOON + 7 }), /Other people can look at it|Nothing else follows/);
  assert.match(lines({ about: "misheld", until: NOON + 7 }), /Until moment 7 you cannot cover messages at once\./);
  assert.equal(titleOf(letter({ mine: false, about: "misheld" })), "About a message you covered");
});

test("What a letter offers is what its reader may do now", () => {
  const folded = circleWith(posted({ by: ME }), { kind: "message.folded", target: 1, until: NOON });
  const about = letter({ side_until: NOON + 1, appeal_until: NOON + 1 });
  const all = { rephrase: true, takeBack: true, addSide: true, appeal: true };
  assert.deepEqual(choicesOf(about, messageAt(folded, 1), NOON), all);
  assert.deepEqual(choicesOf(about, messageAt(folded, 1), NOON + 1), { ...all, addSide: false, appeal: false });
  assert.deepEqual(choicesOf(about, null, NOON), { ...all, rephrase: false, takeBack: false });
  const other = letter({ mine: false, about: "kept", appeal_until: NOON + 1 });
  assert.deepEqual(choicesOf(other, messageAt(folded, 1), NOON), { rephrase: false, takeBack: false, addSide: false, appeal: true });
});

test("Withheld words can be taken back, not said differently", () => {
  const withheld = circleWith(posted({ by: ME }), { kind: "message.withheld", target: 1, reason: "threat" });
  const may = choicesOf(letter({ about: "decided" }), messageAt(withheld, 1), NOON);
  assert.equal(may.rephrase, false);
  assert.equal(may.takeBack, true);
});

test("The longest pause that holds here is the one that is named", () => {
  const pauses = [
    { kind: "pause.moved" as const, circle: ID, until: NOON + 5 },
    { kind: "pause.moved" as const, until: NOON + 9 },
    { kind: "pause.moved" as const, circle: "another-circle-1", until: NOON + 99 },
  ];
  assert.deepEqual(pauseIn(pauses, ID, NOON), { until: NOON + 9, everywhere: true });
  assert.deepEqual(pauseIn(pauses.slice(0, 1), ID, NOON), { until: NOON + 5, everywhere: false });
  assert.equal(pauseIn(pauses, ID, NOON + 9), null);
  assert.equal(pauseIn([], ID, NOON), null);
});
