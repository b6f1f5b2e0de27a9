import * as actions from "../actions.ts";
import { messageAt } from "../state.ts";
import type { CircleState } from "../state.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Said } from "./fields.tsx";
import { closeSheet, tellNotice } from "./ui.ts";
import { useUntil } from "./until.ts";

/** Small things for everybody: at once where one holds the space, else a second person says yes. */
export function TendSheet({ state }: { state: CircleState }) {
  const act = useAct();
  const done = (said: "greetAskedDone" | "agreementAskedDone") => () => {
    closeSheet();
    if (!state.hosting) tellNotice(t(said));
  };
  const beside = [...state.participants].filter(([id]) => id !== state.me && !state.aside.has(id));
  return (
    <Dialog title={t("tendTitle")} onClose={closeSheet}>
      <div class="stack">
        <p class="small">{t(state.hosting ? "tendLeadHost" : "tendLead")}</p>
        <Said text={act.said} />
        <button
          type="button"
          class="button whole"
          onClick={() => void act.run(() => actions.greet(state.id), done("greetAskedDone"))}
        >
          {t("greetDo")}
        </button>
        <button
          type="button"
          class="button whole"
          onClick={() => void act.run(() => actions.readAgreement(state.id), done("agreementAskedDone"))}
        >
          {t("agreementDo")}
        </button>
        <p class="small">{t("tendHint")}</p>
        {state.hosting && beside.length > 0 && (
          <section class="stack-2">
            <h3 id="beside">{t("besideTitle")}</h3>
            <p class="small">{t("besideHint")}</p>
            <div class="pills" role="group" aria-labelledby="beside">
              {beside.map(([id, name]) => (
                <button
                  key={id}
                  type="button"
                  class="pill"
                  onClick={() =>
                    void act.run(() => actions.askBeside(state.id, id), () => {
                      closeSheet();
                      tellNotice(t("besideAsked", { name }));
                    })
                  }
                >
                  <bdi>{name}</bdi>
                </button>
              ))}
            </div>
          </section>
        )}
      </div>
    </Dialog>
  );
}

/** The prompt that is kept in view, and that one is asked to hold the space too. */
export function TendingBars({ state }: { state: CircleState }) {
  const { space, id } = state;
  const act = useAct();
  const prompted = useUntil(space.prompt_until ?? 0);
  const asked = useUntil(state.askedToHold);
  const prompt = prompted && space.prompt != null ? messageAt(state, space.prompt) : null;
  const words = prompt === null || prompt.takenBack || prompt.cover !== null || state.aside.has(prompt.by) ? null : prompt.body;
  return (
    <>
      {words !== null && (
        <div class="bar says">
          <p dir="auto">
            <span class="msg-kind">{t("promptHead")}</span> {words}
          </p>
        </div>
      )}
      {asked && !state.hosting && (
        <div class="bar says" role="status">
          <p>{t("besideAskedMe")}</p>
          <div class="row-of">
            <button type="button" class="link" onClick={() => void act.run(() => actions.offerHost(id))}>
              {t("besideYes")}
            </button>
            <button type="button" class="link" onClick={() => void act.run(() => actions.stopHost(id))}>
              {t("besideNo")}
            </button>
          </div>
          <Said text={act.said} />
        </div>
      )}
    </>
  );
}
