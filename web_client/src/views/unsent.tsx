import { useId, useRef } from "preact/hooks";
import * as actions from "../actions.ts";
import { href } from "../router.ts";
import { Text } from "../text.tsx";
import { type Unsent, canGoInAgain, removeWords, unsentWords } from "../unsent.ts";
import { inside } from "../words/en/inside.ts";
import { learn, refusal, t } from "../words.ts";
import { copy } from "./copying.ts";
import { tellNotice } from "./ui.ts";

learn(inside);

/** Words that could not go, in plain sight until the person decides; of one circle, or of all. Nothing without any. */
export function UnsentWords({ circle }: { circle?: string }) {
  const title = useId();
  const section = useRef<HTMLElement>(null);
  const all = unsentWords(circle);
  if (all.length === 0) return null;
  const remove = (words: Unsent): void => {
    removeWords(words);
    // The button is gone, and the focus must not fall to the top of the page.
    const main = document.getElementById("main");
    (section.current?.isConnected ? section.current : main)?.focus({ preventScroll: true });
  };
  return (
    <section class="unsent" aria-labelledby={title} ref={section} tabIndex={-1}>
      <h2 id={title}>{t("unsentTitle")}</h2>
      <p class="small">{t("unsentHint")}</p>
      <ul class="rows">
        {all.map((words) => (
          <li key={words.id}>
            <Words words={words} remove={() => remove(words)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Words({ words, remove }: { words: Unsent; remove: () => void }) {
  const { id, circle, topic, body } = words;
  const copyWords = async () => {
    if (await copy(body, `[data-unsent="${id}"]`)) tellNotice(t("copied"));
  };
  return (
    <>
      <p class="small" dir="auto">
        {topic ?? t("unsentSomewhere")}
      </p>
      <div class="unsent-words" dir="auto" data-unsent={id}>
        <Text body={body} />
      </div>
      <p class="small">{whyWords(words)}</p>
      <div class="row-of">
        {words.is === "refused" && (
          <button type="button" class="link" onClick={() => actions.tryAgain(id)}>
            {t("tryAgain")}
          </button>
        )}
        {canGoInAgain(circle) && (
          <a class="link" href={href({ at: "door", circle })}>
            {t("doorEnterAgain")}
          </a>
        )}
        <button type="button" class="link" onClick={() => void copyWords()}>
          {t("copy")}
        </button>
        <button type="button" class="link" onClick={remove}>
          {t("remove")}
        </button>
      </div>
    </>
  );
}

function whyWords({ is, isDraft, code }: Unsent): string {
  if (is === "waiting") return t(isDraft ? "unsentDraftWaits" : "waiting");
  if (is === "gone") return t(isDraft ? "unsentDraftGone" : "unsentGone");
  return `${t("refusedPost")} ${refusal(code ?? "")}`;
}
