import { signal } from "@preact/signals";
import { t } from "../words.ts";
import { Dialog } from "./dialog.tsx";

const words = signal<string | null>(null);

/** Recovery words, to be shown once wherever one is now. */
export function showOnce(recoveryWords: string): void {
  words.value = recoveryWords;
}

export function Once() {
  if (words.value === null) return null;
  const done = () => {
    words.value = null;
  };
  return (
    <Dialog title={t("wordsOnceTitle")} onClose={done}>
      <div class="stack">
        <p>{t("wordsOnce")}</p>
        <p class="once" dir="ltr">
          {words.value}
        </p>
        <button type="button" class="button main-act whole" onClick={done}>
          {t("wordsOnceDone")}
        </button>
      </div>
    </Dialog>
  );
}
