import { useEffect } from "preact/hooks";
import { books, readAgreement } from "../agreement.ts";
import { type Piece, changesOf, isSame } from "../changes.ts";
import type { AgreementVersion, CircleView } from "../generated/protocol.ts";
import { mine } from "../store.ts";
import { t } from "../words.ts";
import { long } from "./say.ts";
import { sheet } from "./ui.ts";

/** Where it is read with all that belongs to it, and changed. */
export function ToAgreement() {
  return (
    <p>
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "agreement" })}>
        {t("agreeOpen")}
      </button>
    </p>
  );
}

/** At the door of a circle one was in: what has changed since one said yes. */
export function SinceThen({ view }: { view: CircleView }) {
  const isMine = mine.value.includes(view.id);
  useEffect(() => {
    // Whoever never was there is refused; there is nothing to show them then.
    if (!isMine && view.agreement_version > 1) void readAgreement(view.id);
  }, [view.id, view.agreement_version, isMine]);
  const book = books.value.get(view.id);
  if (isMine || book?.agreed == null || book.now.version !== view.agreement_version) return null;
  return (
    <section class="note stack-2" aria-labelledby="agree-since">
      <h2 id="agree-since">{t("agreeSince")}</h2>
      <Changes from={book.agreed} to={book.now} />
      <p class="small">{t("agreeSinceHint")}</p>
    </section>
  );
}

type Words = Pick<AgreementVersion, "text" | "keep_for">;

/** What differs between two versions, words and how long words stay. */
export function Changes({ from, to }: { from: Words; to: Words }) {
  const keeps = from.keep_for !== to.keep_for;
  return (
    <>
      {isSame(from.text, to.text) ? (
        keeps && <p class="small">{t("agreeTextSame")}</p>
      ) : (
        <div class="agreement" dir="auto">
          {changesOf(from.text, to.text).map((line, index) => (
            <p key={index}>{line.map((piece, at) => <Part key={at} piece={piece} />)}</p>
          ))}
        </div>
      )}
      {keeps && (
        <>
          <p>{t("agreeKeepChanges", { before: keepLong(from.keep_for), after: keepLong(to.keep_for) })}</p>
          <p class="small">{t("agreeKeepHint")}</p>
        </>
      )}
    </>
  );
}

function Part({ piece: { is, text } }: { piece: Piece }) {
  if (is === "same") return <>{text}</>;
  if (is === "out") {
    return (
      <del>
        <span class="unseen">{t("agreeOut")} </span>
        {text}
      </del>
    );
  }
  return (
    <ins>
      <span class="unseen">{t("agreeNew")} </span>
      {text}
    </ins>
  );
}

export function keepLong(keepFor: number): string {
  return keepFor === 0 ? t("agreeKeepClosing") : long(keepFor);
}
