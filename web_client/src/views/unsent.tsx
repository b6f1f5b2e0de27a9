import { useId, useRef } from "preact/hooks";
import * as actions from "../actions.ts";
import { href } from "../router.ts";
import { Text } from "../text.tsx";
import { type Unsent, canGoInAgain, groups, removeWords, unsentWords } from "../unsent.ts";
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
      {groups(all).map((alike) => (
        <Alike key={alike[0]?.id} alike={alike} remove={remove} />
      ))}
    </section>
  );
}

/** Words of one circle that stand alike. */
function Alike({ alike, remove }: { alike: readonly Unsent[]; remove: (words: Unsent) => void }) {
  const [first] = alike;
  if (first === undefined) return null;
  return (
    <div class="unsent-of">
      <h3 dir="auto">{first.topic ?? t("unsentSomewhere")}</h3>
      <p class="small">{whyWords(first)}</p>
      <ul>
        {alike.map((words) => (
          <Words key={words.id} words={words} remove={() => remove(words)} />
        ))}
      </ul>
      {canGoInAgain(first.circle) && (
        <a class="link" href={href({ at: "door", circle: first.circle })}>
          {t("doorEnterAgain")}
        </a>
      )}
    </div>
  );
}

function Words({ words: { id, body, is }, remove }: { words: Unsent; remove: () => void }) {
  const copyWords = async () => {
    if (await copy(body, `[data-unsent="${id}"]`)) tellNotice(t("copied"));
  };
  return (
    <li>
      <div class="unsent-words" dir="auto" data-unsent={id}>
        <Text body={body} />
      </div>
      <div class="row-of">
        {is === "refused" && (
          <button type="button" class="link" onClick={() => actions.tryAgain(id)}>
            {t("tryAgain")}
          </button>
        )}
        <button type="button" class="link" onClick={() => void copyWords()}>
          {t("copy")}
        </button>
        <button type="button" class="link" onClick={remove}>
          {t("remove")}
        </button>
      </div>
    </li>
  );
}

function whyWords({ is, isDraft, code }: Unsent): string {
  if (is === "waiting") return t(isDraft ? "unsentDraftWaits" : "waiting");
  if (is === "gone") return t(isDraft ? "unsentDraftGone" : "unsentGone");
  return `${t("refusedPost")} ${refusal(code ?? "")}`;
}
