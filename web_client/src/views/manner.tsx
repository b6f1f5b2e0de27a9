import { useState } from "preact/hooks";
import { draftOf, saveDraft } from "../drafts.ts";
import { type Manner, type Meet, PLAIN } from "../entries.ts";
import { type PlainKey, t } from "../words.ts";
import { Dialog } from "./dialog.tsx";
import { closeSheet } from "./ui.ts";

export const MEETS: Readonly<Record<Meet, PlainKey>> = {
  just_listen: "meetListen",
  same_here: "meetSame",
  ideas: "meetIdeas",
  sit_with_me: "meetSit",
};
const ALL: readonly Meet[] = ["just_listen", "same_here", "ideas", "sit_with_me"];

/** How the words in the box are to be met, and whether they are offered to everybody to speak about. */
export function MannerSheet({ circle }: { circle: string }) {
  const [manner, turn] = useState<Manner>(() => draftOf(circle).manner ?? PLAIN);
  const choose = (next: Manner): void => {
    turn(next);
    const { text, replyTo } = draftOf(circle);
    saveDraft(circle, { text, replyTo, manner: next });
  };
  return (
    <Dialog title={t("mannerTitle")} onClose={closeSheet} fallback="box">
      <div class="stack">
        <section class="stack-2">
          <p id="meet">{t("meetLead")}</p>
          <div class="pills" role="group" aria-labelledby="meet">
            {ALL.map((meet) => {
              const on = manner.meet === meet;
              return (
                <button
                  key={meet}
                  type="button"
                  class="pill"
                  aria-pressed={on}
                  onClick={() => choose({ ...manner, meet: on ? null : meet })}
                >
                  {t(MEETS[meet])}
                </button>
              );
            })}
          </div>
          <p class="small">{t("meetHint")}</p>
        </section>
        <section class="stack-2">
          <button
            type="button"
            class="pill"
            aria-pressed={manner.prompt}
            onClick={() => choose({ ...manner, prompt: !manner.prompt })}
          >
            {t("promptDo")}
          </button>
          <p class="small">{t("promptHint")}</p>
        </section>
        <button type="button" class="button main-act whole" onClick={closeSheet}>
          {t("mannerDone")}
        </button>
      </div>
    </Dialog>
  );
}
