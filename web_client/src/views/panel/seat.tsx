import { useState } from "preact/hooks";
import { caseOf, leaveHeavySeat, leaveSeat, leftAll, markBadFaith, openCase, undoBallot } from "../../desk.ts";
import { felt } from "../../felt.ts";
import type { SeatView } from "../../generated/protocol.ts";
import { verdictLines } from "../../reasons.ts";
import { whenWords } from "../../when.ts";
import { t } from "../../words.ts";
import { useAct } from "../act.ts";
import { Said, Tick } from "../fields.tsx";
import { tellNotice } from "../ui.ts";
import { useUntil } from "../until.ts";

/** A seat that waits for the others. */
export function Taken({ seat }: { seat: SeatView }) {
  return (
    <section class="sheet stack" aria-labelledby="seat-title">
      <h2 id="seat-title">{t("seatTakenTitle")}</h2>
      <Kinds seat={seat} />
      <p role="status">{t("seatTaken")}</p>
      <Ways seat={seat} />
    </section>
  );
}

/** What was felt, named before anything is read. */
export function Kinds({ seat }: { seat: SeatView }) {
  const kinds = seat.kinds ?? [];
  return kinds.length === 0 ? null : <p>{t("caseFelt", { felt: felt(...kinds) })}</p>;
}

/** The ways out of a seat: each in one press, none asks why. */
export function Ways({ seat, opened = false }: { seat: SeatView; opened?: boolean }) {
  const act = useAct();
  const voted = seat.state === "cast" || seat.state === "done";
  const handOver = () =>
    void act.run(() => leaveHeavySeat(seat.id), () => tellNotice(t(voted ? "heavyRest" : "heavyDone")));
  return (
    <div class="stack-2">
      <div class="row-of">
        {!voted && (
          <button
            type="button"
            class="button"
            aria-disabled={act.busy}
            onClick={() => void act.run(() => leaveSeat(seat.id))}
          >
            {t("seatNot")}
          </button>
        )}
        {opened && (
          <button type="button" class="button" aria-disabled={act.busy} onClick={handOver} aria-describedby="heavy-hint">
            {t("heavy")}
          </button>
        )}
      </div>
      {opened && (
        <p class="small" id="heavy-hint">
          {t(voted ? "heavyVoted" : "heavyHint")} {t("heavyHelp")}{" "}
          <a class="plain" href="/help">
            {t("helpNow")}
          </a>
        </p>
      )}
      <Said text={act.said} />
    </div>
  );
}

/** A ballot that is cast: sealed, and for ten seconds one's own to take back. */
export function Cast({ seat }: { seat: SeatView }) {
  const act = useAct();
  const undoable = useUntil(seat.undo_until ?? 0);
  return (
    <section class="sheet stack" aria-labelledby="seat-title">
      <h2 id="seat-title">{t("castTitle")}</h2>
      <p role="status">{t("answered", { n: seat.answered ?? 0, size: seat.size })}</p>
      <p class="small">{t("castWait")}</p>
      {undoable && (
        <button
          type="button"
          class="button"
          aria-disabled={act.busy}
          onClick={() => void act.run(() => undoBallot(seat.id))}
        >
          {t("castUndo")}
        </button>
      )}
      <Said text={act.said} />
      <Ways seat={seat} opened />
    </section>
  );
}

/** A panel that has decided. Whoever left everything as it is may say that flags were an attack. */
export function Done({ seat, onPut }: { seat: SeatView; onPut: () => void }) {
  return (
    <section class="sheet stack" aria-labelledby="seat-title">
      <h2 id="seat-title">{t("deskThanks")}</h2>
      <p role="status">{t(seat.verdict ? "deskDecided" : "deskOver")}</p>
      {seat.verdict && (
        <ul class="dots" aria-label={t("deskVerdict")}>
          {verdictLines(seat.verdict).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {leftAll(seat.id) && <Faith seat={seat} onPut={onPut} />}
      <button type="button" class="button main-act" onClick={onPut}>
        {t("deskBack")}
      </button>
      <Ways seat={seat} opened />
    </section>
  );
}

/** Counts only if all of the panel say so; flags are numbers, and nobody learns whose they are. */
function Faith({ seat, onPut }: { seat: SeatView; onPut: () => void }) {
  const act = useAct();
  const [marked, mark] = useState<ReadonlySet<number>>(new Set());
  const read = caseOf(seat.id);
  const flags = read?.seat.state === "done" ? (read.flags ?? []) : null;
  return (
    <details class="fold" onToggle={() => flags === null && void act.run(() => openCase(seat.id))}>
      <summary>{t("faithTitle")}</summary>
      <fieldset class="inside stack-2">
        <legend class="unseen">{t("faithLead")}</legend>
        <p class="small">{t("faithHint")}</p>
        {flags?.map((flag) => (
          <Tick
            key={flag}
            label={t("faithFlag", { n: flag + 1 })}
            on={marked.has(flag)}
            onPick={(on) => mark(new Set(on ? [...marked, flag] : [...marked].filter((one) => one !== flag)))}
          />
        ))}
        <Said text={act.said} />
        <button
          type="button"
          class="button"
          aria-disabled={act.busy || marked.size === 0}
          onClick={() => marked.size > 0 && void act.run(() => markBadFaith(seat.id, [...marked]), onPut)}
        >
          {t("faithDo")}
        </button>
      </fieldset>
    </details>
  );
}

/** Until when a seat waits, where that is known. */
export function Until({ seat }: { seat: SeatView }) {
  return seat.until == null ? null : <p class="small">{t("seatUntil", { when: whenWords(seat.until) })}</p>;
}
