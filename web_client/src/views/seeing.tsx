import { useState } from "preact/hooks";
import * as actions from "../actions.ts";
import type { CircleState } from "../state.ts";
import { hold, mine, preferences } from "../store.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Caring } from "./caring.tsx";
import { Field, Tick } from "./fields.tsx";

/** What I see: people set aside, muted words, gestures, whether others learn that I write. */
export function Seeing() {
  const { gestures, tell_writing: writing, gentle_notes: gentle } = preferences.value;
  return (
    <section aria-labelledby="seeing">
      <h2 id="seeing">{t("seeSection")}</h2>
      <Tick
        label={t("gesturesSwitch")}
        on={gestures}
        onPick={(on) => void actions.setPreferences({ gestures: on })}
        effect={gestures ? t("gesturesOn") : t("gesturesOff")}
      />
      <Tick
        label={t("writingSwitch")}
        on={writing}
        onPick={(on) => void actions.setPreferences({ tell_writing: on })}
        effect={writing ? t("writingOn") : t("writingOff")}
      />
      <Tick
        label={t("gentleSwitch")}
        on={gentle}
        onPick={(on) => void actions.setPreferences({ gentle_notes: on })}
        effect={gentle ? t("gentleOn") : t("gentleOff")}
      />
      <Caring />
      <Aside />
      <Muted />
    </section>
  );
}

function Aside() {
  const all = mine.value.flatMap((id) => {
    const state = hold(id).state.value;
    return [...state.aside].map((participant) => ({ state, participant }));
  });
  return (
    <div class="stack-2 after">
      <h3>{t("asideTitle")}</h3>
      {all.length === 0 && <p class="small">{t("asideNone")}</p>}
      <ul class="listing">
        {all.map(({ state, participant }) => (
          <li key={participant}>
            <span>{t("asideIn", { name: nameOf(state, participant), topic: state.view?.topic ?? "" })}</span>
            <button type="button" class="link" onClick={() => void actions.setAside(state.id, participant, false)}>
              {t("bringBack")}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The name somebody carries in a circle, or carried when they last said something in it. */
function nameOf(state: CircleState, participant: string): string {
  const now = state.participants.get(participant);
  if (now !== undefined) return now;
  for (let at = state.entries.length - 1; at >= 0; at--) {
    const entry = state.entries[at];
    if (entry?.by === participant) return entry.name;
  }
  return t("someone");
}

function Muted() {
  const { muted } = preferences.value;
  const [word, setWord] = useState("");
  const act = useAct();
  const add = () => {
    const wanted = word.trim();
    if (wanted === "" || muted.includes(wanted)) return setWord("");
    return void act.run(() => actions.setPreferences({ muted: [...muted, wanted] }), () => setWord(""));
  };
  return (
    <div class="stack-2">
      <h3>{t("mutedTitle")}</h3>
      <p class="small">{t("mutedHint")}</p>
      <ul class="listing">
        {muted.map((one) => (
          <li key={one}>
            <bdi>{one}</bdi>
            <button
              type="button"
              class="link"
              onClick={() => void actions.setPreferences({ muted: muted.filter((other) => other !== one) })}
            >
              {t("mutedRemove", { word: one })}
            </button>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Field
          label={t("mutedAdd")}
          value={word}
          onInput={setWord}
          most={60}
          said={act.said}
          beside={
            <button type="submit" class="button">
              {t("mutedDo")}
            </button>
          }
        />
      </form>
    </div>
  );
}
