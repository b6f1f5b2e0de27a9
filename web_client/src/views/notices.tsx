import { useState } from "preact/hooks";
import * as actions from "../actions.ts";
import type { Letter } from "../generated/protocol.ts";
import { titleOf } from "../letters.ts";
import type { CircleState } from "../state.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { later } from "../later.ts";
import { Said } from "./fields.tsx";
import { whenWords } from "../when.ts";
import { HoldingBars } from "./holding.tsx";
import { SpaceBars } from "./space.tsx";
import { sheet } from "./ui.ts";

const AgreementBar = later(async () => (await import("./agreement.tsx")).AgreementBar);

/** What asks for an answer, above the box: a letter, an announced closing. */
export function Notices({ state, letter }: { state: CircleState; letter: Letter | undefined }) {
  return (
    <>
      {letter && (
        <div class="bar says">
          <p>{titleOf(letter)}</p>
          <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "letter", letter })}>
            {t("open")}
          </button>
        </div>
      )}
      <SpaceBars state={state} />
      <HoldingBars state={state} />
      {state.matter && <AgreementBar state={state} matter={state.matter} />}
      {state.view?.state === "closing" && <Closing state={state} />}
      {state.view?.state === "closed" && <p class="bar says">{t("closedHint")}</p>}
      {state.view?.state === "planned" && (
        <p class="bar says">{t("plannedHint", { when: whenWords(state.view.opens_at) })}</p>
      )}
    </>
  );
}

/** The circle closes soon. Whoever announced it may keep it open; any two others may say that they go on. */
function Closing({ state }: { state: CircleState }) {
  const act = useAct();
  const [went, setWent] = useState(false);
  const when = whenWords(state.view?.closes_at ?? 0);
  return (
    <div class="bar says" role="status">
      <div>
        <p>{went ? t("weGoOnDone") : t("closingLine", { when })}</p>
        {!state.announcedClosing && <p class="small">{t("weGoOnHint")}</p>}
      </div>
      {state.announcedClosing ? (
        <button type="button" class="link" onClick={() => void act.run(() => actions.keepOpen(state.id))}>
          {t("keepOpen")}
        </button>
      ) : (
        !went && (
          <button
            type="button"
            class="link"
            onClick={() => void act.run(() => actions.goOn(state.id), () => setWent(true))}
          >
            {t("weGoOn")}
          </button>
        )
      )}
      <Said text={act.said} />
    </div>
  );
}
