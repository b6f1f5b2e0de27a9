import type { Letter } from "../generated/protocol.ts";
import { titleOf } from "../letters.ts";
import type { CircleState } from "../state.ts";
import { t } from "../words.ts";
import { later } from "../later.ts";
import { whenWords } from "../when.ts";
import { HoldingBars } from "./holding.tsx";
import { SpaceBars } from "./space.tsx";
import { sheet } from "./ui.ts";

const Closing = later(async () => (await import("./closing.tsx")).Closing);
const Closed = later(async () => (await import("./closing.tsx")).Closed);
const TendingBars = later(async () => (await import("./tending.tsx")).TendingBars);
const AgreementBar = later(async () => (await import("./agreement.tsx")).AgreementBar);

/** What asks for an answer, above the box: a letter, an announced closing. */
export function Notices({ state, letter }: { state: CircleState; letter: Letter | undefined }) {
  // What was begun while it was open binds nobody after it.
  const lives = state.view?.state !== "closed";
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
      {lives && <SpaceBars state={state} />}
      {lives && <HoldingBars state={state} />}
      {state.matter && <AgreementBar state={state} matter={state.matter} />}
      {lives && (state.space.prompt != null || state.askedToHold > 0) && <TendingBars state={state} />}
      {state.view?.state === "closing" && <Closing state={state} />}
      {state.view?.state === "closed" && <Closed state={state} />}
      {state.view?.state === "planned" && (
        <p class="bar says">{t("plannedHint", { when: whenWords(state.view.opens_at) })}</p>
      )}
    </>
  );
}
