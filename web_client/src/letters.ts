/** What a letter says and what its reader may do with it. Pure but for the words. */
import type { Letter } from "./generated/protocol.ts";
import type { Reasons } from "./reasons.ts";
import type { Message } from "./state.ts";
import { felt } from "./felt.ts";
import { whenWords } from "./when.ts";
import { t } from "./words.ts";

/** What a reader may do with a letter now. */
export interface Choices {
  readonly rephrase: boolean;
  readonly takeBack: boolean;
  readonly addSide: boolean;
  readonly appeal: boolean;
}

/** `message` is the one it is about, where it is here; `now` is the server's clock. */
export function choicesOf(letter: Letter, message: Message | null, now: number): Choices {
  const own = isMine(letter) && message !== null && !message.takenBack;
  return {
    rephrase: own && message.cover !== null && message.cover.is !== "withheld" && !message.rephrased,
    takeBack: own && letter.about !== "lapsed",
    addSide: (letter.side_until ?? 0) > now,
    appeal: (letter.appeal_until ?? 0) > now,
  };
}

/** The letter as it is now, or the one that has taken its place since it was opened. */
export function newest(letters: readonly Letter[], opened: Letter): Letter {
  const same = letters.find(({ id }) => id === opened.id);
  const about = letters.find(({ circle, target }) => circle === opened.circle && target === opened.target);
  return same ?? about ?? opened;
}

export function isMine(letter: Letter): boolean {
  return letter.mine ?? true;
}

export function titleOf(letter: Letter): string {
  if (letter.about === "misheld") return t("letterMisheldTitle");
  return t(isMine(letter) ? "letterMineTitle" : "letterOtherTitle");
}

/** The sentences before the reasons, if there are any of those. */
export function linesOf(letter: Letter, when: (at: number) => string = whenWords): string[] {
  const { about, until } = letter;
  const lines = [opening(letter)];
  const kinds = letter.felt ?? [];
  if (kinds.length > 0) lines.push(t("letterFelt", { felt: felt(...kinds) }));
  if (about === "folded" && until != null) lines.push(t("letterUntil", { when: when(until) }));
  if (about === "attack") lines.push(until == null ? t("letterAttackThen") : t("letterAttackUntil", { when: when(until) }));
  if (about === "misheld" && until != null) lines.push(t("letterMisheldUntil", { when: when(until) }));
  if (about === "attack" && letter.appeal_until != null) lines.push(t("letterAttackElse"));
  if (about === "held" && until != null) lines.push(t("letterHeldUntil", { when: when(until) }));
  if (isMine(letter) && (about === "folded" || about === "held" || about === "gentle")) lines.push(t("letterMay"));
  return lines.filter((line) => line !== "");
}

/** The reasons a letter gives; `null` where nobody has decided. `recall` are the words that are here, by message. */
export function reasonsOf(letter: Letter, recall: ReadonlyMap<number, string>): Reasons | null {
  const { statement, appeal_until: until } = letter;
  if (statement == null || letter.about === "unheard") return null;
  return { ...statement, appeal_until: until ?? null, mine: isMine(letter), recall };
}

function opening(letter: Letter): string {
  switch (letter.about) {
    case "folded":
      return t("letterFolded");
    case "held":
      return t("letterHeld");
    case "gentle":
      return t("letterGentle");
    case "reading":
      return t("letterReading");
    case "lapsed":
      return t("letterLapsed");
    case "kept":
      return t("letterKept");
    case "unheard":
      return t("letterUnheard");
    case "attack":
      return t("letterAttack");
    case "misheld":
      return t("letterMisheld");
    case "decided":
      return isMine(letter) ? "" : t("letterOtherDecided");
  }
}
