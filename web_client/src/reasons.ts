/**
 * The five parts of a panel's reasons in words: what is done and until when, what happened, which line of the
 * agreement, who decided, and what one can do now. The letter and its preview at the desk both come from here. Pure.
 */
import type { Outcome, Statement, Verdict } from "./generated/protocol.ts";
import { plain } from "./text.ts";
import { felt } from "./felt.ts";
import { whenWords } from "./when.ts";
import { type PlainKey, t } from "./words.ts";

/** The first letters of a message are enough to know it again. */
const RECALLED = 60;

export interface Reasons extends Omit<Statement, "agreed" | "band"> {
  readonly agreed: number;
  /** Absent before the panel has decided: then `agreed` is the fewest it takes. */
  readonly band?: string;
  /** To the writer of what was read; else to somebody who flagged it. */
  readonly mine: boolean;
  /** The words as far as they are here, by message. */
  readonly recall: ReadonlyMap<number, string>;
}

type When = (at: number) => string;

/** What is asked of a writer, by level, as those read it who decided it. */
const VERDICT_PERSON = [
  "verdictPerson0", "verdictPerson1", "verdictPerson2", "verdictPerson3", "verdictPerson4", "verdictPerson5",
] as const;

export interface Part {
  readonly title: PlainKey;
  readonly lines: readonly string[];
  /** Words of people: sentences of the panel, a line of the agreement. */
  readonly quoted: readonly string[];
}

/** `when` says a moment in words. */
export function partsOf(reasons: Reasons, when: When = whenWords): readonly Part[] {
  return [
    { title: "reasonDone", lines: done(reasons, when), quoted: [] },
    { title: "reasonWhy", lines: [found(reasons)], quoted: reasons.sentences ?? [] },
    ...clauseOf(reasons),
    { title: "reasonWho", lines: [who(reasons), t("whoSoftware")], quoted: [] },
    { title: "reasonNext", lines: next(reasons, when), quoted: [] },
  ];
}

/** What one's own panel decided, line by line. */
export function verdictLines({ contents = [], person = 0, code, agreed, size }: Verdict): readonly string[] {
  const dones = contents.map((content, at) => {
    const sentence = contentDone({ target: 0, content }, whenWords);
    return contents.length === 1 ? sentence : t("verdictOf", { n: at + 1, done: sentence });
  });
  const asked = t(VERDICT_PERSON[person] ?? "verdictPerson5");
  const read = code == null ? t("verdictFoundNothing") : t("verdictFound", { felt: felt(code) });
  return [...dones, asked, read, t("verdictAgreed", { agreed, size })];
}

function done(reasons: Reasons, when: When): string[] {
  const { outcomes, recall } = reasons;
  const contents = outcomes.map((outcome) => {
    const sentence = contentDone(outcome, when);
    if (outcomes.length === 1) return sentence;
    const words = recall.get(outcome.target);
    return words === undefined ? t("doneOther", { done: sentence }) : t("doneEach", { words: short(words), done: sentence });
  });
  const person = personDone(reasons, when);
  return person === "" ? contents : [...contents, person];
}

function contentDone({ content, until }: Outcome, when: When): string {
  if (content === 0) return t("doneOpen");
  if (content >= 2) return t("doneWithheld");
  return until == null ? t("doneFolded") : t("doneFoldedUntil", { when: when(until) });
}

function personDone({ mine, person = 0, person_until: until }: Reasons, when: When): string {
  if (person === 0) return "";
  if (!mine) return t("personOther");
  if (person === 1) return t("personNote");
  if (person === 2) return t("personRephrase");
  if (until == null) return t(person >= 5 ? "personStepSoon" : "personPauseSoon");
  return t(person >= 5 ? "personStep" : "personPause", { when: when(until) });
}

function found({ code }: Reasons): string {
  return code == null ? t("foundAsNothing") : t("foundAs", { felt: felt(code) });
}

function clauseOf({ clause, mine }: Reasons): Part[] {
  const named = clause != null && clause !== "";
  // Which line it was is between the panel and the writer.
  if (!named && !mine) return [];
  return [{ title: "reasonClause", lines: named ? [] : [t("clauseNone")], quoted: named ? [clause] : [] }];
}

function who({ agreed, size, band }: Reasons): string {
  if (agreed === 0) return t("whoUnheard");
  return band === undefined ? t("whoDecidedAtLeast", { agreed, size }) : t("whoDecided", { agreed, size, band });
}

function next(reasons: Reasons, when: When): string[] {
  const { mine, second, appeal_until: until } = reasons;
  const lines = mine ? repair(reasons) : [];
  if (second) lines.push(t("nextLast"));
  else if (reasons.band === undefined) lines.push(t("nextAppealSoon"));
  else if (until != null) lines.push(t(mine ? "nextAppeal" : "nextAppealOther", { when: when(until) }));
  return lines.length > 0 ? lines : [t("nextNone")];
}

function repair({ outcomes, person = 0 }: Reasons): string[] {
  const open = outcomes.some(({ content }) => content < 2);
  if (person >= 3) return [t("nextRepairPause")];
  if (outcomes.every(({ content }) => content === 0) && person === 0) return [];
  return [t(open ? "nextRepair" : "nextTakeBack")];
}

function short(words: string): string {
  const letters = [...plain(words)];
  return letters.length <= RECALLED ? letters.join("") : `${letters.slice(0, RECALLED).join("")}…`;
}
