/** What a person may do in a round as it stands, and how it concerns them. Pure. */
import { type Turns, boxOf } from "./turns.ts";

/** What may be pressed; the server judges again. */
export interface Ways {
  readonly join: boolean;
  readonly listen: boolean;
  /** Say that it begins: whoever offered it, or any two of those in it. */
  readonly begin: boolean;
  readonly stepOut: boolean;
  readonly pass: boolean;
  /** Have it come once more, at the end. */
  readonly comeBack: boolean;
  /** Say that one would like a while longer. */
  readonly stay: boolean;
  /** Have the holder asked kindly whether to go on. */
  readonly ask: boolean;
  readonly layDown: boolean;
}

/** How it concerns one: the offer, one's own turn, others', coming late, or talking about it. */
export type Part = "offer" | "yours" | "late" | "others" | "talk";

/** So many take a round at the least. */
const LEAST = 2;
/** The piece comes to somebody so often at the most. */
const TURNS_MOST = 2;

export function waysOf(turns: Turns, me: string): Ways {
  const { phase, people, mine } = turns;
  const inside = people.includes(me);
  const yours = boxOf(turns, me) === "yours";
  const going = phase === "going" && turns.holder !== null;
  return {
    join: phase !== "talk" && !inside && mine.turns === 0,
    listen: phase === "gathering" && !inside && !mine.listening,
    begin: phase === "gathering" && (inside || turns.by === me) && people.length >= LEAST,
    stepOut: phase !== "talk" && inside,
    pass: yours,
    comeBack: yours && mine.turns < TURNS_MOST,
    stay: yours && mine.asked,
    ask: going && !yours,
    layDown: going || phase === "talk",
  };
}

export function partOf(turns: Turns, me: string): Part {
  if (turns.phase === "gathering") return "offer";
  if (turns.phase === "talk") return "talk";
  if (boxOf(turns, me) === "yours") return "yours";
  return turns.mine.late && !turns.people.includes(me) ? "late" : "others";
}

/** Whether the piece is still to come to somebody who is in it, so that what they write goes then. */
export function isToCome({ phase, people, mine }: Turns, me: string): boolean {
  return phase !== "talk" && mine.turns === 0 && people.includes(me);
}
