import * as actions from "../actions.ts";
import { hold } from "../store.ts";
import { isToCome } from "../taking_turns.ts";
import type { MessageRow } from "../timeline.ts";
import { refusal, t } from "../words.ts";
import { copy } from "./copying.ts";
import { keepAsDraft, tellNotice } from "./ui.ts";

/** How a message that is not in the circle yet stands, and what one can do about it. */
export function Sending({ circle, row }: { circle: string; row: MessageRow }) {
  if (row.sending === "waiting" && row.why === "circle") return <Slowed row={row} words={t("waitingBreath")} />;
  if (row.sending === "waiting" && row.why === "round") return <Slowed row={row} words={untilWhen(circle)} />;
  if (row.sending === "waiting") {
    return <p class="msg-state">{row.why === "connection" ? t("waiting") : t("waitingFor")}</p>;
  }
  if (row.sending !== "refused") return null;
  const copyWords = async () => {
    if (await copy(row.body, `[data-row="${row.id}"] .msg-body`)) tellNotice(t("copied"));
  };
  return (
    <div role="status">
      <p>
        <span class="refused">{t("refusedPost")}</span> {refusal(row.code ?? "")}
      </p>
      <div class="row-of">
        <button type="button" class="link" tabIndex={-1} onClick={() => actions.tryAgain(row.key)}>
          {t("tryAgain")}
        </button>
        <button type="button" class="link" tabIndex={-1} onClick={() => void copyWords()}>
          {t("copy")}
        </button>
        <button type="button" class="link" tabIndex={-1} onClick={() => actions.remove(row.key)}>
          {t("remove")}
        </button>
      </div>
    </div>
  );
}

/** Words wait while somebody else has the piece. */
function untilWhen(circle: string): string {
  const { turns, me } = hold(circle).state.value;
  return t(turns !== null && isToCome(turns, me) ? "waitsTurn" : "waitsRound");
}

/** It goes by itself, after a breath or a round, unless its writer would rather write on. */
function Slowed({ row, words }: { row: MessageRow; words: string }) {
  const keep = () => {
    keepAsDraft(row.key);
    document.getElementById("box")?.focus();
  };
  return (
    <div class="msg-state slowed" role="status">
      <span>{words}</span>
      <button type="button" class="link" tabIndex={-1} onClick={keep}>
        {t("keepDraft")}
      </button>
    </div>
  );
}
