import { useState } from "preact/hooks";
import { openCase, readyToVote, sayToPanel } from "../../desk.ts";
import { draftOf, saveDraft } from "../../drafts.ts";
import type { CaseToRead, SeatView } from "../../generated/protocol.ts";
import { whenWords } from "../../when.ts";
import { t } from "../../words.ts";
import { useAct } from "../act.ts";
import { Area, Said } from "../fields.tsx";

/** Most code points said at once. */
const MOST = 500;

/** The table of a panel that sees it differently: lines by seat, and no votes. */
export function Talk({ seat, read }: { seat: SeatView; read: CaseToRead }) {
  const place = `talk ${seat.id}`;
  const [body, setBody] = useState(() => draftOf(place).text);
  const [ready, setReady] = useState(false);
  const act = useAct();
  const said = read.talk ?? [];
  const write = (text: string) => {
    setBody(text);
    saveDraft(place, { text, replyTo: null });
  };
  const say = () => {
    if (body.trim() === "") return;
    void act.run(
      async () => {
        const answer = await sayToPanel(seat.id, body.trim());
        return answer.ok ? openCase(seat.id) : answer;
      },
      () => write(""),
    );
  };
  return (
    <section class="stack" aria-labelledby="talk-title">
      <h2 id="talk-title">{t("talkTitle")}</h2>
      <p>{t("talkLead")}</p>
      {seat.until != null && <p class="small">{t("talkUntil", { when: whenWords(seat.until) })}</p>}
      <ul class="lines" aria-live="polite">
        {said.length === 0 && <li>{t("talkNothing")}</li>}
        {said.map((line, at) => (
          <li key={at} class={line.mine ? "own" : ""}>
            <span class="by">{line.mine ? t("talkYou") : t("talkSeat", { letter: line.by })}</span>
            <p class="words" dir="auto">
              {line.body}
            </p>
          </li>
        ))}
      </ul>
      <form
        class="stack-2"
        onSubmit={(event) => {
          event.preventDefault();
          say();
        }}
      >
        <Area label={t("talkBox")} value={body} onInput={write} rows={3} most={MOST} />
        <Said text={act.said} />
        <div class="row-of">
          <button type="submit" class="button main-act" aria-disabled={act.busy || body.trim() === ""}>
            {t("talkSay")}
          </button>
          <button
            type="button"
            class="button"
            aria-disabled={act.busy || ready}
            onClick={() => void act.run(() => readyToVote(seat.id), () => setReady(true))}
          >
            {t("talkReady")}
          </button>
        </div>
        <p role="status">{ready && t("talkReadyDone")}</p>
      </form>
    </section>
  );
}
