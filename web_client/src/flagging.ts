/** Flags, covering a message for a while, and what one may do with a letter. */
import { patchCircle } from "./intake.ts";
import { type Result, value } from "./result.ts";
import type { Category } from "./state.ts";
import { hold } from "./store.ts";
import { open } from "./talking.ts";
import { command } from "./wire.ts";

/** What can be covered for all by one person, for some minutes. */
const HARD = ["privacy", "threat", "illegal", "spam"] as const;
export type HardCategory = (typeof HARD)[number];
/** The most code points of what one adds to a letter. */
export const SIDE_LIMIT = 500;

export function isHard(category: Category): category is HardCategory {
  return (HARD as readonly Category[]).includes(category);
}

/** Flag a message: it is hidden for oneself at once. */
export async function flag(circle: string, target: number, category: Category): Promise<Result> {
  const answer = await command({ do: "message.flag", circle, target, category });
  if (!answer.ok) return answer;
  const flags = new Map(hold(circle).state.value.flags);
  if (!flags.has(target)) flags.set(target, "received");
  patchCircle(circle, { flags });
  open(circle, target, false);
  return value(null);
}

/** Cover a message for everybody for some minutes. `mine`: it shows something private about oneself. */
export function cover(circle: string, target: number, category: HardCategory, mine: boolean): Promise<Result> {
  return plainly(command({ do: "message.hold", circle, target, category, mine }));
}

/** "I see it too": a covered message stays so for longer. */
export function seeItToo(circle: string, target: number): Promise<Result> {
  return plainly(command({ do: "hold.cosign", circle, target }));
}

/** Have the writer told, without a name, that it was hard for somebody. However many ask, it is one note. */
export function askGently(circle: string, target: number): Promise<Result> {
  return plainly(command({ do: "message.ask_gently", circle, target }));
}

export function withdrawFlag(circle: string, target: number): Promise<Result> {
  return plainly(command({ do: "flag.withdraw", circle, target }));
}

/** Tell the panel one's side, once. */
export function addSide(letter: string, body: string): Promise<Result> {
  return plainly(command({ do: "side.add", letter, body }));
}

/** Ask another panel; `body` may be empty. */
export function askAnotherPanel(letter: string, body: string): Promise<Result> {
  return plainly(command({ do: "appeal.make", letter, body }));
}

export function dismissLetter(letter: string): Promise<Result> {
  return plainly(command({ do: "letter.dismiss", letter }));
}

async function plainly(asked: Promise<Result<unknown>>): Promise<Result> {
  const answer = await asked;
  return answer.ok ? value(null) : answer;
}
