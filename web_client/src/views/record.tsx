import { acceptRecord } from "../ledger.ts";
import { recordChanged, recordHead } from "../store.ts";
import { ledger } from "../words/en/ledger.ts";
import { learn, t } from "../words.ts";

learn(ledger);

/** One calm sentence where the public record does not hold what it held before. */
export function RecordChanged() {
  return (
    <div class="bar" role="status">
      <p>{t("recordChanged")}</p>
      <a class="link" href="/open-book#record">
        {t("recordChangedWhat")}
      </a>
      <button type="button" class="link" onClick={acceptRecord}>
        {t("recordChangedNoted")}
      </button>
    </div>
  );
}

/** How far the record goes, short enough to compare with somebody else's. */
export function RecordHead() {
  const head = recordHead.value;
  if (head === null || head.seq === 0 || recordChanged.value) return null;
  return (
    <a class="link" href="/open-book#record">
      {t("recordHead", { seq: head.seq, hash: head.hash.slice(0, 8) })}
    </a>
  );
}
