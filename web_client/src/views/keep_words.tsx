import { useEffect, useState } from "preact/hooks";
import { ownWordsOf } from "../carrying.ts";
import type { CircleHold } from "../store.ts";
import { t } from "../words.ts";
import { copy } from "./copying.ts";
import { Dialog } from "./dialog.tsx";
import { closeSheet, tellNotice } from "./ui.ts";

/** One's own words of this circle, to copy or to keep as a file. Nobody else's, and nobody is told. */
export function KeepWords({ held }: { held: CircleHold }) {
  const [words, found] = useState<string | null>(null);
  useEffect(() => {
    let open = true;
    void ownWordsOf(held.id).then((own) => open && found(own));
    return () => {
      open = false;
    };
  }, [held.id]);
  return (
    <Dialog title={t("keepWordsTitle")} onClose={closeSheet}>
      <div class="stack">
        <p>{t("keepWordsLead")}</p>
        {words === null && <p role="status">{t("oneMoment")}</p>}
        {words === "" && <p role="status">{t("keepWordsNone")}</p>}
        {words !== null && words !== "" && (
          <>
            <div id="own-words" class="own-words" dir="auto">
              {words}
            </div>
            <button type="button" class="button main-act whole" onClick={() => void copied(words)}>
              {t("keepWordsCopy")}
            </button>
            <button type="button" class="button whole" onClick={() => save(words)}>
              {t("keepWordsSave")}
            </button>
            <p class="small">{t("keepWordsHint")}</p>
          </>
        )}
      </div>
    </Dialog>
  );
}

async function copied(words: string): Promise<void> {
  if (!(await copy(words, "#own-words"))) return;
  closeSheet();
  tellNotice(t("copied"));
}

/** As a file whose name says nothing of where the words are from. */
function save(words: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([words], { type: "text/plain;charset=utf-8" }));
  link.download = "words.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}
