import { useEffect, useRef, useState } from "preact/hooks";
import { books, propose, readAgreement, reword, wordings, writeWording } from "../agreement.ts";
import { isSame } from "../changes.ts";
import type { AgreementBook, AgreementVersion } from "../generated/protocol.ts";
import type { CircleState } from "../state.ts";
import { whenWords } from "../when.ts";
import { agreeing } from "../words/en/agreeing.ts";
import { learn, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Matter } from "./agreement_matter.tsx";
import { Changes, keepLong } from "./changes.tsx";
import { Choice } from "./choice.tsx";
import { Dialog } from "./dialog.tsx";
import { Agreement } from "./door.tsx";
import { Area, Said } from "./fields.tsx";
import { useKeptFocusIn } from "./kept_focus.ts";
import { closeSheet, tellNotice } from "./ui.ts";

learn(agreeing);

const MOST = 4_000;
const HOUR = 3_600_000;
const KEEPS = [0, HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];

/** What the circle agrees on, the change that is before it, and the way to propose one. */
export function AgreementSheet({ state }: { state: CircleState }) {
  useEffect(() => void readAgreement(state.id), [state.id]);
  const book = books.value.get(state.id);
  return (
    <Dialog title={t("doorAgreement")} onClose={closeSheet}>
      {book === undefined ? <p role="status">{t("oneMoment")}</p> : <Book state={state} book={book} />}
    </Dialog>
  );
}

function Book({ state, book }: { state: CircleState; book: AgreementBook }) {
  const { now, agreed, versions = [] } = book;
  const box = useRef<HTMLDivElement>(null);
  useKeptFocusIn(box);
  const writing = wordings.value.has(state.id);
  const phase = book.matter == null ? "over" : (book.matter.phase ?? "open");
  const mayPropose = phase === "over" && state.view?.state === "open";
  return (
    <div ref={box} class="stack" tabIndex={-1}>
      <Agreement text={now.text} />
      <p class="small">{now.keep_for === 0 ? t("agreeNowUntil") : t("agreeNowKeep", { long: keepLong(now.keep_for) })}</p>
      {agreed && phase !== "trial" && phase !== "review" && (
        <section class="note stack-2">
          <h3>{t("agreeSince")}</h3>
          <Changes from={agreed} to={now} />
        </section>
      )}
      <Matter state={state} book={book} />
      {writing ? (
        <Write state={state} book={book} />
      ) : (
        mayPropose && (
          <section class="stack-2">
            <button
              type="button"
              class="button whole"
              onClick={() => writeWording(state.id, { text: now.text, keepFor: now.keep_for })}
            >
              {t("agreePropose")}
            </button>
            <p class="small">{t("agreeProposeHint")}</p>
          </section>
        )
      )}
      {versions.length > 0 && (
        <details>
          <summary>{t("agreeBefore")}</summary>
          <div class="stack-2">
            {versions.map((version) => (
              <section key={version.version}>
                <h3>{came(version)}</h3>
                <Agreement text={version.text} />
              </section>
            ))}
          </div>
        </details>
      )}
    </div>
  );
}

/** A change being written: what stands there now to begin with, and what would be different, before it is sent. */
function Write({ state, book }: { state: CircleState; book: AgreementBook }) {
  const { now, matter } = book;
  const wording = wordings.value.get(state.id) ?? { text: now.text, keepFor: now.keep_for };
  const act = useAct();
  const [begun] = useState(() => [...new Set([...KEEPS, now.keep_for])].sort((a, b) => a - b));
  const again = matter != null && (matter.phase ?? "open") === "open" && matter.by === state.me;
  const changed = !isSame(now.text, wording.text) || wording.keepFor !== now.keep_for;
  const send = () =>
    void act.run(
      () => (again ? reword(state.id, matter.id, wording) : propose(state.id, now.version, wording)),
      () => {
        writeWording(state.id, null);
        tellNotice(t("agreeSent"));
      },
    );
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Area
        label={t("agreeText")}
        hint={again ? t("agreeRewordHint") : t("agreeProposeHint")}
        value={wording.text}
        onInput={(text) => writeWording(state.id, { ...wording, text })}
        rows={7}
        most={MOST}
      />
      <Choice
        label={t("keepLabel")}
        value={wording.keepFor}
        of={begun.map((ms): [number, string] => [ms, ms === 0 ? t("keepUntilClosing") : keepLong(ms)])}
        onPick={(keepFor) => writeWording(state.id, { ...wording, keepFor })}
      />
      <section class="stack-2">
        <h3>{t("agreeWillChange")}</h3>
        {changed ? <Changes from={now} to={{ text: wording.text, keep_for: wording.keepFor }} /> : <p>{t("agreeNothingYet")}</p>}
      </section>
      <Said text={act.said} />
      <button type="submit" class="button main-act whole" aria-disabled={act.busy}>
        {again ? t("agreeRewordSend") : t("agreeSend")}
      </button>
      <button type="button" class="button whole" onClick={() => writeWording(state.id, null)}>
        {t("agreeGiveUp")}
      </button>
    </form>
  );
}

function came({ how, agreed_at: at }: AgreementVersion): string {
  if (how === "proposed") return t("agreeVersionProposed", { when: whenWords(at) });
  return how === "returned" ? t("agreeVersionReturned", { when: whenWords(at) }) : t("agreeVersionOpened");
}
