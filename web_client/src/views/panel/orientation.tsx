import { useState } from "preact/hooks";
import { begin } from "../../reviewing.ts";
import type { Category } from "../../state.ts";
import { type PlainKey, t } from "../../words.ts";
import { useAct } from "../act.ts";
import { Said } from "../fields.tsx";
import { Screen } from "../screen.tsx";
import { tellNotice } from "../ui.ts";
import { Come, Skips } from "./limits.tsx";

const STEPS: readonly (readonly [PlainKey, PlainKey, PlainKey])[] = [
  ["step1Title", "step1a", "step1b"],
  ["step2Title", "step2a", "step2b"],
  ["step3Title", "step3a", "step3b"],
  ["step4Title", "step4a", "step4b"],
  ["step5Title", "step5a", "step5b"],
];

/** What sitting on a panel is, in five calm steps; at the end one may be drawn, or not. */
export function Orientation() {
  const [at, turn] = useState<number | null>(null);
  if (at === null) {
    return (
      <Screen key="begin" title={t("startTitle")} back={{ at: "circles" }}>
        <div class="stack">
          <p>{t("startLead")}</p>
          <p>{t("startLong")}</p>
          <button type="button" class="button main-act whole" onClick={() => turn(0)}>
            {t("goOn")}
          </button>
          <Come />
        </div>
      </Screen>
    );
  }
  return <Step key={at} at={at} onTurn={turn} />;
}

function Step({ at, onTurn }: { at: number; onTurn: (at: number | null) => void }) {
  const [title, ...lines] = STEPS[at] ?? (["step1Title"] as const);
  return (
    <Screen title={t(title)} back={{ at: "circles" }}>
      <div class="stack">
        <p class="small">{t("step", { n: at + 1, all: STEPS.length })}</p>
        {lines.map((line) => (
          <p key={line}>{t(line)}</p>
        ))}
        {at < STEPS.length - 1 ? (
          <button type="button" class="button main-act whole" onClick={() => onTurn(at + 1)}>
            {t("goOn")}
          </button>
        ) : (
          <Begin />
        )}
        <button type="button" class="button whole" onClick={() => onTurn(at === 0 ? null : at - 1)}>
          {t("back")}
        </button>
      </div>
    </Screen>
  );
}

function Begin() {
  const [skips, setSkips] = useState<readonly Category[]>([]);
  const act = useAct();
  return (
    <>
      <Skips legend={t("stepSkips")} value={skips} onPick={setSkips} />
      <Said text={act.said} />
      <button
        type="button"
        class="button main-act whole"
        aria-disabled={act.busy}
        onClick={() => void act.run(() => begin(skips), () => tellNotice(t("startDone")))}
      >
        {t("startDo")}
      </button>
    </>
  );
}
