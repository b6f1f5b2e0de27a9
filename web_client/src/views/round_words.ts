/** Names and sentences about a round, for the screens that show it. */
import type { CircleState } from "../state.ts";
import { partOf } from "../taking_turns.ts";
import type { Turns } from "../turns.ts";
import { languageTag, t } from "../words.ts";
import { whenWords } from "../when.ts";

/** How somebody is called here; who is set aside is not named. */
export function nameOf({ participants, aside }: CircleState, id: string | null): string {
  const name = id === null || aside.has(id) ? undefined : participants.get(id);
  return name ?? t("someone");
}

/** "Ana, Bo and you", in the order of joining. */
export function namesOf(state: CircleState, ids: readonly string[]): string {
  const names = ids.map((id) => (id === state.me ? t("you") : nameOf(state, id)));
  return new Intl.ListFormat(languageTag(), { type: "conjunction" }).format(names);
}

/** How it stands, in one or two sentences. */
export function standing(state: CircleState, turns: Turns): string {
  switch (partOf(turns, state.me)) {
    case "offer":
      if (turns.by === null) return t("roundOpen");
      return turns.by === state.me ? t("roundOfferedOwn") : t("roundOffered", { name: nameOf(state, turns.by) });
    case "yours":
      return t(turns.mine.turns > 1 ? "pieceAgain" : "pieceWithYou");
    case "late":
    case "others":
      return turns.holder === null ? t("pieceNext") : t("pieceWith", { name: nameOf(state, turns.holder) });
    case "talk":
      return turns.until === null ? t("roundTalks") : t("roundTalksUntil", { when: whenWords(turns.until) });
  }
}

/** What is read out of it: the piece's way, an offer with its question, and being asked. */
export function toRead(state: CircleState, turns: Turns | null): string {
  if (turns === null) return t("roundNone");
  const says = standing(state, turns);
  if (turns.phase === "gathering" && turns.by !== state.me) return turns.question === null ? says : `${says} ${turns.question}`;
  return turns.mine.asked ? `${t("pieceAsked")} ${says}` : says;
}
