import * as actions from "../actions.ts";
import { preferences } from "../store.ts";
import type { MessageRow } from "../timeline.ts";
import { Text } from "../text.tsx";
import { clock } from "../when.ts";
import { t } from "../words.ts";
import { seatOf } from "../seats.ts";
import { MEETS } from "./manner.tsx";
import { Icon, Mark } from "./mark.tsx";
import { Quoted } from "./quote.tsx";
import { Sending } from "./sending_state.tsx";
import { sheet } from "./ui.ts";
import { Veil, ownCover, veilOf } from "./veil.tsx";

/** One message: others' on a thread in their hue, one's own in a panel. Drawn anew only when its row is another. */
export function MessageView({ circle, row }: { circle: string; row: MessageRow }) {
  const when = clock(row.at);
  const veil = veilOf(row);
  const hidden = veil !== null && !row.open;
  const waits = row.sending !== null;
  const state = row.sending === "refused" ? "not-posted" : row.sending === "waiting" ? "waits" : "";
  const kind = row.mine ? `mine ${state}` : row.carried ? "carried" : `hue-${seatOf(row.by).hue}`;
  const id = `in-${row.key}`;
  const name = row.shown === "aside" && hidden ? t("someone") : row.carried ? t("carriedBy") : row.name;
  return (
    <li
      class={`msg ${kind} ${row.first ? "first" : ""}`}
      data-row={row.id}
      data-seq={row.seq ?? undefined}
      data-message=""
      tabIndex={-1}
      aria-labelledby={id}
    >
      <div class="msg-in" id={id}>
        <Who row={row} name={name} when={when} />
        {row.quote && !hidden && row.shown !== "taken_back" && <Quoted circle={circle} quote={row.quote} />}
        {row.shown === "taken_back" ? (
          <p class="veiled">{row.mine ? t("takenBackOwn") : t("takenBack")}</p>
        ) : hidden ? (
          <Veil circle={circle} row={row} line={veil} />
        ) : (
          row.body !== "" && (
            <>
              {row.share && <p class="msg-kind share">{t("shareHead")}</p>}
              {row.manner.prompt && <p class="msg-kind">{t("promptHead")}</p>}
              <div class={row.manner.prompt ? "msg-body prompt" : "msg-body"} dir="auto">
                <Text body={row.body} />
              </div>
              {row.manner.meet && <p class="msg-wish">{t(MEETS[row.manner.meet])}</p>}
            </>
          )
        )}
        {veil !== null && row.open && (
          <button
            type="button"
            class="link small"
            tabIndex={-1}
            onClick={() => row.seq !== null && actions.open(circle, row.seq, false)}
          >
            {t("foldAgain")}
          </button>
        )}
        {!hidden && <State row={row} when={when} />}
        {waits && <Sending circle={circle} row={row} />}
        {preferences.value.gestures && !hidden && <Gestures row={row} />}
      </div>
      {!waits && row.seq !== null && row.shown !== "taken_back" && (
        <button
          type="button"
          class="msg-more"
          tabIndex={-1}
          aria-haspopup="dialog"
          aria-label={row.mine ? t("moreOwn", { when }) : t("moreOf", { name, when })}
          onClick={() => {
            if (row.seq !== null) sheet.value = { is: "message", seq: row.seq };
          }}
        >
          <Icon name="i-more" />
        </button>
      )}
    </li>
  );
}

/** Name and time: shown once for a group, and read out for every message. */
function Who({ row, name, when }: { row: MessageRow; name: string; when: string }) {
  if (row.mine || !row.first) {
    return <span class="unseen">{t("messageFrom", { name: row.mine ? t("you") : name, when })}: </span>;
  }
  return (
    <p class="msg-who">
      {row.carried || (row.shown === "aside" && !row.open) ? null : <Mark id={row.by} />}
      <bdi>{name}</bdi>
      <time dateTime={new Date(row.at).toISOString()}>{when}</time>
    </p>
  );
}

/** What there is to say about a message, in words: its time where it has no name, edited, folded. */
function State({ row, when }: { row: MessageRow; when: string }) {
  const changed = row.rephrased ? t("rephrased") : row.edited ? t("edited") : "";
  const own = row.mine ? ownCover(row) : "";
  const sending = row.sending === "sending" || row.sending === "sent";
  if (!row.mine && changed === "") return null;
  return (
    <p class="msg-state">
      {row.mine && <time dateTime={new Date(row.at).toISOString()}>{when}</time>}
      {changed && row.shown !== "taken_back" && <span>{changed}</span>}
      {row.sending === "sending" && sending && <span>{t("sending")}</span>}
      {own !== "" && <span>{own}</span>}
    </p>
  );
}

/** The writer sees who answered with what; others only that it was received; the giver their own. */
function Gestures({ row }: { row: MessageRow }) {
  if (row.answered.length > 0) {
    return (
      <ul class="msg-answers">
        {row.answered.map((answer) => (
          <li key={`${answer.by} ${answer.gesture}`}>{t("gestureFrom", { name: answer.name, gesture: t(answer.gesture) })}</li>
        ))}
      </ul>
    );
  }
  if (row.given.size > 0) {
    return (
      <p class="msg-answers msg-given">
        {t("gestureFrom", { name: t("youCapital"), gesture: [...row.given].map((given) => t(given)).join(", ") })}
      </p>
    );
  }
  return row.received ? <p class="msg-answers">{t("received")}</p> : null;
}
