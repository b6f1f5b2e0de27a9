import { useState } from "preact/hooks";
import { keysOn } from "../../desk.ts";
import { CATEGORIES, choiceWords } from "../../felt.ts";
import { setPreferences } from "../../place.ts";
import { comeAsModerator, end, giveUp, reviewing, setSkips } from "../../reviewing.ts";
import type { Category } from "../../state.ts";
import { whenWords } from "../../when.ts";
import { count, t } from "../../words.ts";
import { useAct } from "../act.ts";
import { Field, Said, Tick } from "../fields.tsx";
import { tellNotice } from "../ui.ts";
import { useUntil } from "../until.ts";

/** When one is asked, what one would rather not read, and how to stop. Each choice holds at once. */
export function Limits({ left }: { left: number | null }) {
  const act = useAct();
  const now = reviewing.value;
  const restUntil = now?.rest_until ?? 0;
  const rests = useUntil(restUntil) ? restUntil : null;
  return (
    <div class="safety">
      <section class="stack-2">
        <h2>{t("limitsTitle")}</h2>
        <p>{t("limitsDay")}</p>
        {rests !== null && <p role="status">{t("deskRests", { when: whenWords(rests) })}</p>}
        {left !== null && left > 0 && <p class="small">{count("deskLeft", left)}</p>}
      </section>
      {now !== null && (
        <section class="stack-2">
          <Skips
            legend={t("skipsTitle")}
            hint={t("skipsHint")}
            value={now.skips ?? []}
            onPick={(skips) => void act.run(() => setSkips(skips))}
          />
          <Said text={act.said} />
        </section>
      )}
      <section>
        <h2>{t("keysTitle")}</h2>
        <Keys />
      </section>
      {now?.role === "moderator" ? <GiveUp until={now.until ?? null} /> : <Come />}
      {now !== null && <Stop />}
    </div>
  );
}

/** The switch for single keys, and what they do once it is on. */
export function Keys() {
  const act = useAct();
  return (
    <div class="for-keys">
      <Tick
        label={t("keysLabel")}
        on={keysOn.value}
        onPick={(on) => void act.run(() => setPreferences({ desk_keys: on }))}
        effect={t(keysOn.value ? "keysOn" : "keysOff")}
      />
      <Said text={act.said} />
      {keysOn.value && <p class="small">{t("keysList")}</p>}
    </div>
  );
}

/** Topics one is not drawn for. */
export function Skips(props: {
  legend: string;
  hint?: string;
  value: readonly Category[];
  onPick: (skips: readonly Category[]) => void;
}) {
  return (
    <fieldset>
      <legend>{props.legend}</legend>
      {props.hint && <p class="small">{props.hint}</p>}
      {CATEGORIES.map((kind) => (
        <Tick
          key={kind}
          label={choiceWords(kind)}
          on={props.value.includes(kind)}
          onPick={(on) => props.onPick(CATEGORIES.filter((one) => (one === kind ? on : props.value.includes(one))))}
        />
      ))}
    </fieldset>
  );
}

/** A code makes one a moderator: drawn like everybody, for half a year. */
export function Come() {
  const [code, setCode] = useState("");
  const act = useAct();
  return (
    <details class="fold">
      <summary>{t("comeTitle")}</summary>
      <form
        class="inside stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim() === "") return;
          void act.run(() => comeAsModerator(code.trim()), () => {
            setCode("");
            tellNotice(t("comeDone"));
          });
        }}
      >
        <p>{t("comeLead")}</p>
        <Field label={t("comeLabel")} value={code} onInput={setCode} said={act.said} most={100} />
        <button type="submit" class="button" aria-disabled={act.busy || code.trim() === ""}>
          {t("comeDo")}
        </button>
      </form>
    </details>
  );
}

function GiveUp({ until }: { until: number | null }) {
  const act = useAct();
  return (
    <section class="stack-2">
      <h2>{t("giveUpTitle")}</h2>
      <p>{until === null ? t("giveUpHow") : t("giveUpHint", { when: whenWords(until) })}</p>
      <Said text={act.said} />
      <button type="button" class="button" aria-disabled={act.busy} onClick={() => void act.run(giveUp)}>
        {t("giveUpDo")}
      </button>
    </section>
  );
}

function Stop() {
  const act = useAct();
  return (
    <section class="stack-2">
      <h2>{t("stopTitle")}</h2>
      <p>{t("stopHint")}</p>
      <Said text={act.said} />
      <button type="button" class="button" aria-disabled={act.busy} onClick={() => void act.run(end)}>
        {t("stopDo")}
      </button>
    </section>
  );
}
