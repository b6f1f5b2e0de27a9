import { useEffect } from "preact/hooks";
import { readAgreement } from "../agreement.ts";
import type { MatterView } from "../generated/protocol.ts";
import type { CircleState } from "../state.ts";
import { whenWords } from "../when.ts";
import { agreeing } from "../words/en/agreeing.ts";
import { learn, t } from "../words.ts";
import { sheet } from "./ui.ts";
import { useUntil } from "./until.ts";

learn(agreeing);

/** What there is of a change of the agreement, in one line above the box. What is decided stands in the log. */
export function AgreementBar({ state, matter }: { state: CircleState; matter: MatterView }) {
  const { phase = "open", until, revision, objections = [] } = matter;
  const lasts = useUntil(until);
  const moved = `${matter.id} ${phase} ${revision ?? 1} ${objections.join(" ")} ${state.view?.agreement_version ?? 0}`;
  useEffect(() => void readAgreement(state.id), [moved]);
  if (phase === "over" || phase === "trial" || !lasts) return null;
  const when = whenWords(until);
  const name = state.participants.get(matter.by) ?? t("someone");
  const words =
    phase === "review"
      ? t("agreeReview", { when })
      : matter.by === state.me
        ? t("agreeProposedMine", { when })
        : t("agreeProposed", { name, when });
  return (
    <div class="bar says" role="status">
      <p>{words}</p>
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "agreement" })}>
        {t("agreeLook")}
      </button>
    </div>
  );
}
