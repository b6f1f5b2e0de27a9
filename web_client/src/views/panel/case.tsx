import { useEffect, useState } from "preact/hooks";
import { caseOf, openCase, quietType } from "../../desk.ts";
import { felt } from "../../felt.ts";
import { setPreferences } from "../../place.ts";
import type { CaseToRead, ReadMessage, SeatView } from "../../generated/protocol.ts";
import { count, t } from "../../words.ts";
import { useAct } from "../act.ts";
import { Said, Tick } from "../fields.tsx";
import { Ballot } from "./ballot.tsx";
import { useDeskKeys } from "./keys.ts";
import { Keys } from "./limits.tsx";
import { Kinds, Until, Ways } from "./seat.tsx";
import { Talk } from "./talk.tsx";

/** How many lines either side show before one asks for the others. */
const NEAR = 2;

/** A case: folded until one opens it, then what was said, the agreement, and the ballot or the talk. */
export function Case({ seat }: { seat: SeatView }) {
  const act = useAct();
  const read = caseOf(seat.id);
  const isOpen = read !== undefined;
  // What is said at the table, and what the author adds, comes as a word that the seat has moved.
  useEffect(() => {
    if (isOpen) void act.run(() => openCase(seat.id));
  }, [seat]);
  useDeskKeys(isOpen ? {} : { r: () => void act.run(() => openCase(seat.id)) });
  if (!read) {
    return (
      <section class="sheet stack" aria-labelledby="seat-title">
        <h2 id="seat-title">{t(seat.state === "again" ? "seatAgainTitle" : "seatReadyTitle")}</h2>
        <Kinds seat={seat} />
        {seat.appeal && <p>{t("seatSecond")}</p>}
        <Until seat={seat} />
        <Said text={act.said} />
        <button
          type="button"
          class="button main-act whole"
          aria-disabled={act.busy}
          aria-describedby="read-hint"
          onClick={() => void act.run(() => openCase(seat.id))}
        >
          {t("readDo")}
        </button>
        <p class="small" id="read-hint">
          {t("readHint")}
        </p>
        <Ways seat={seat} />
        <Keys />
      </section>
    );
  }
  return (
    <div class="case">
      <div class="case-read stack">
        <Until seat={seat} />
        <Reading read={read} />
      </div>
      <div class="case-answer stack">
        {seat.state === "talk" ? <Talk seat={seat} read={read} /> : <Ballot key={seat.state} seat={seat} read={read} />}
        <Said text={act.said} />
        <Ways seat={seat} opened />
        <p class="small">{t("caseRecorded")}</p>
        <Keys />
      </div>
    </div>
  );
}

function Reading({ read }: { read: CaseToRead }) {
  const several = read.messages.length > 1;
  const act = useAct();
  return (
    <>
      <section class="stack" aria-labelledby="case-said">
        <h2 id="case-said">{count("caseMessages", read.messages.length)}</h2>
        {read.messages.map((message, at) => (
          <Context key={message.item} message={message} title={several ? t("caseOne", { n: at + 1 }) : null} first={at === 0} />
        ))}
        <Tick
          label={t("quietType")}
          on={quietType.value}
          onPick={(on) => void act.run(() => setPreferences({ quiet_type: on }))}
          effect={t(quietType.value ? "quietTypeOn" : "quietTypeOff")}
        />
        <Said text={act.said} />
      </section>
      <Words title={t("caseSide")} body={read.side ?? null} />
      <Words title={t("caseObjection")} body={read.objection ?? null} />
      <section class="stack-2" aria-labelledby="case-agreement">
        <h2 id="case-agreement">{t("caseAgreement")}</h2>
        <ol class="agreement numbered">
          {read.agreement.map((line, at) => (
            <li key={at} dir="auto">
              {line}
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

/** A message with what was said around it. Plain text, whoever wrote it. */
function Context({ message, title, first }: { message: ReadMessage; title: string | null; first: boolean }) {
  const { lines, kinds = [] } = message;
  const at = lines.findIndex((line) => line.flagged);
  const [from, setFrom] = useState(Math.max(0, at - NEAR));
  const [to, setTo] = useState(Math.min(lines.length, at + NEAR + 1));
  const earlier = () => setFrom(0);
  const later = () => setTo(lines.length);
  useDeskKeys(first ? { e: earlier, l: later } : {});
  return (
    <div class="stack-2">
      {title !== null && <h3>{title}</h3>}
      {title !== null && kinds.length > 0 && <p class="small">{t("caseFelt", { felt: felt(...kinds) })}</p>}
      {message.held && <p class="small">{t("caseHeld")}</p>}
      {message.gone && <p class="small">{t("caseFaded")}</p>}
      {from > 0 && (
        <button type="button" class="link" onClick={earlier}>
          {t("caseEarlier")}
        </button>
      )}
      <ul class={`lines ${quietType.value ? "quiet" : ""}`}>
        {lines.slice(from, to).map((line, index) => (
          <li key={from + index} class={line.flagged ? "flagged" : ""}>
            <span class="by">{t("caseBy", { by: line.by })}</span>
            {line.flagged && <span class="small"> {t("caseFlagged")}</span>}
            <p class="words" dir="auto">
              {line.body ?? t("caseGone")}
            </p>
          </li>
        ))}
      </ul>
      {to < lines.length && (
        <button type="button" class="link" onClick={later}>
          {t("caseLater")}
        </button>
      )}
    </div>
  );
}

function Words({ title, body }: { title: string; body: string | null }) {
  if (body === null) return null;
  return (
    <section class="stack-2">
      <h2>{title}</h2>
      <blockquote class="words quote" dir="auto">
        {body}
      </blockquote>
    </section>
  );
}
