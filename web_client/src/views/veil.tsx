import * as actions from "../actions.ts";
import * as flagging from "../flagging.ts";
import type { MessageRow, Shown } from "../timeline.ts";
import { whenWords } from "../when.ts";
import { type PlainKey, t } from "../words.ts";
import { felt, statusWords } from "../felt.ts";

const LINES: Readonly<Partial<Record<Shown, PlainKey>>> = {
  flagged: "flaggedForMe",
  aside: "asideLine",
  muted: "mutedLine",
  mine: "foldedForMe",
};

/** The line others see in place of the words; `null` where nothing covers them. */
export function veilOf({ mine, shown, cover }: MessageRow): string | null {
  if (mine) return null;
  const key = LINES[shown];
  if (key !== undefined) return t(key);
  const what = cover?.reason == null ? "" : felt(cover.reason);
  switch (shown) {
    case "folded":
      return what === "" ? t("foldedLine") : t("foldedFor", { felt: what });
    case "held":
      return t("heldLine", { felt: what });
    case "withheld":
      // Only what the law or somebody's private data asks for has an end; a panel's decision has none.
      return cover?.until == null
        ? t("withheldLine", { felt: what })
        : t("heldBackLine", { felt: what, when: whenWords(cover.until) });
    default:
      return null;
  }
}

/** What their writer reads under their own words; "" where nothing covers them. */
export function ownCover({ shown, cover }: MessageRow): string {
  switch (shown) {
    case "folded":
      return t(cover?.reason == null ? "foldedOwn" : "foldedOwnDecided");
    case "held":
      return t("heldOwn");
    case "withheld":
      return t("withheldOwn");
    default:
      return "";
  }
}

/** Words that are covered for this reader, with a way to open them where there is one. */
export function Veil({ circle, row, line }: { circle: string; row: MessageRow; line: string }) {
  const { seq, shown, flag } = row;
  const opens = shown !== "held" && shown !== "withheld";
  return (
    <div class={`veiled ${opens ? "" : "lone"}`}>
      <p>
        {line}
        {flag !== null && <> {statusWords(flag)}</>}
      </p>
      {opens && (
        <button
          type="button"
          class="link"
          tabIndex={-1}
          onClick={() => seq !== null && actions.open(circle, seq, true)}
        >
          {t("open")}
        </button>
      )}
      {shown === "flagged" && (
        <button
          type="button"
          class="link"
          tabIndex={-1}
          onClick={() => seq !== null && void flagging.withdrawFlag(circle, seq)}
        >
          {t("withdrawFlag")}
        </button>
      )}
    </div>
  );
}
