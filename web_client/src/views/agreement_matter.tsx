import { useState } from "preact/hooks";
import { clearAnswer, consentTo, objectTo, takeBackProposal, wordings, writeWording } from "../agreement.ts";
import type { AgreementBook, MatterView } from "../generated/protocol.ts";
import type { CircleState } from "../state.ts";
import { whenWords } from "../when.ts";
import { agreeing } from "../words/en/agreeing.ts";
import { type PlainKey, learn, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Changes } from "./changes.tsx";
import { Area, Said } from "./fields.tsx";
import { useUnfinished } from "./unfinished.ts";
import { useUntil } from "./until.ts";

learn(agreeing);

const REASON_MOST = 280;
const TITLES: Readonly<Record<"open" | "trial" | "review", PlainKey>> = {
  open: "agreeTitleProposal",
  trial: "agreeTitleTrial",
  review: "agreeTitleReview",
};
const OUTCOMES: Readonly<Record<NonNullable<MatterView["outcome"]>, PlainKey>> = {
  stopped: "agreeStopped",
  lapsed: "agreeLapsed",
  withdrawn: "agreeWithdrawn",
  kept: "agreeKept",
  returned: "agreeReturned",
};

/** The change that is before the circle: what would be different, until when, who objects and why, and one's answer. */
export function Matter({ state, book }: { state: CircleState; book: AgreementBook }) {
  const { matter, now, former, proposed } = book;
  const lasts = useUntil(matter?.until ?? 0);
  if (matter == null || !lasts) return null;
  const phase = matter.phase ?? "open";
  return (
    <section class="note stack" aria-labelledby="matter">
      <h3 id="matter">{phase === "over" ? t("agreeTitleProposal") : t(TITLES[phase])}</h3>
      <p>{said(state, matter)}</p>
      {proposed ? (
        <Changes from={now} to={proposed} />
      ) : (
        former && phase !== "over" && <Changes from={former} to={now} />
      )}
      <Objections state={state} book={book} />
      {phase !== "over" && <Answer key={matter.id} state={state} matter={matter} consented={book.consented ?? false} />}
      {phase === "open" && matter.by === state.me && <Own state={state} book={book} />}
    </section>
  );
}

function said(state: CircleState, matter: MatterView): string {
  const when = whenWords(matter.until);
  switch (matter.phase ?? "open") {
    case "open": {
      const who = matter.by === state.me ? t("agreeProposedMine", { when }) : t("agreeProposed", { name: nameOf(state, matter.by), when });
      return `${who} ${t(matter.seconded ? "agreeHasOne" : "agreeNeedsOne")}`;
    }
    case "trial":
      return `${t("agreeOnTrial", { when })} ${t("agreeTrialHint")}`;
    case "review":
      return `${t("agreeReview", { when })} ${t("agreeTrialHint")}`;
    case "over":
      return matter.outcome == null ? "" : t(OUTCOMES[matter.outcome]);
  }
}

function Objections({ state, book: { objections = [], matter } }: { state: CircleState; book: AgreementBook }) {
  const shown = objections.filter(({ by }) => !state.aside.has(by));
  if (shown.length === 0) return null;
  return (
    <div>
      <h4 id="objections">{t("agreeObjections")}</h4>
      <ul aria-labelledby="objections">
        {shown.map(({ by, reason, revision }) => (
          <li key={by} dir="auto">
            {t("agreeObjection", { name: by === state.me ? t("youCapital") : nameOf(state, by), reason })}
            {revision !== (matter?.revision ?? 1) && <span class="small"> ({t("agreeOlder")})</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What one says to it: for it, or why not; each can be taken back. */
function Answer({ state, matter, consented }: { state: CircleState; matter: MatterView; consented: boolean }) {
  const { id, revision = 1, phase = "open" } = matter;
  const [reason, setReason, forget] = useUnfinished(`object ${id}`);
  const [objecting, object] = useState(reason !== "");
  const act = useAct();
  const holds = (matter.objections ?? []).includes(state.me);
  const clear = (
    <button type="button" class="link" onClick={() => void act.run(() => clearAnswer(state.id, id))}>
      {t("agreeClear")}
    </button>
  );
  if (holds) {
    return (
      <div class="stack-2">
        <p>{t("agreeMyObjection")}</p>
        {clear}
        <Said text={act.said} />
      </div>
    );
  }
  return (
    <div class="stack">
      {consented ? (
        <div class="row-of">
          <p>{t("agreeForNow")}</p>
          {matter.by !== state.me && clear}
        </div>
      ) : (
        phase !== "trial" && (
          <button type="button" class="button whole" onClick={() => void act.run(() => consentTo(state.id, id, revision))}>
            {t(phase === "review" ? "agreeKeepIt" : "agreeFor")}
          </button>
        )
      )}
      {objecting ? (
        <form
          class="stack-2"
          onSubmit={(event) => {
            event.preventDefault();
            void act.run(
              () => objectTo(state.id, id, revision, reason),
              () => {
                object(false);
                forget();
              },
            );
          }}
        >
          <Area label={t("agreeReason")} value={reason} onInput={setReason} rows={2} most={REASON_MOST} />
          <button type="submit" class="button main-act whole" aria-disabled={act.busy}>
            {t("agreeObjectSend")}
          </button>
        </form>
      ) : (
        // Whoever proposed it takes it back instead.
        (phase !== "open" || matter.by !== state.me) && (
          <button type="button" class="button whole" onClick={() => object(true)}>
            {t(phase === "review" ? "agreeGoBack" : "agreeObject")}
          </button>
        )
      )}
      <Said text={act.said} />
    </div>
  );
}

/** What its proposer can do: word it anew, or take it back. */
function Own({ state, book: { matter, now, proposed } }: { state: CircleState; book: AgreementBook }) {
  const act = useAct();
  if (matter == null || wordings.value.has(state.id)) return null;
  const { text, keep_for: keepFor } = proposed ?? now;
  return (
    <div class="row-of">
      <button type="button" class="link" onClick={() => writeWording(state.id, { text, keepFor })}>
        {t("agreeReword")}
      </button>
      <button type="button" class="link" onClick={() => void act.run(() => takeBackProposal(state.id, matter.id))}>
        {t("agreeTakeBack")}
      </button>
      <Said text={act.said} />
    </div>
  );
}

function nameOf(state: CircleState, participant: string): string {
  return state.participants.get(participant) ?? t("someone");
}
