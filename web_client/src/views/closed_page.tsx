import { useEffect } from "preact/hooks";
import { closedPage, lookAtPush, startPush, stopPush } from "../push.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Said } from "./fields.tsx";

/** Whether this device tells one while no page is open. Nothing is shown where it cannot. */
export function ClosedPage() {
  const act = useAct();
  useEffect(() => void lookAtPush(), []);
  const now = closedPage.value;
  if (now === "unknown" || now === "none") return null;
  if (now === "refused") return <p class="small">{t("closedPageRefused")}</p>;
  return (
    <div class="stack-2">
      <p class="small">{t(now === "on" ? "closedPageOn" : "closedPageHint")}</p>
      <button
        type="button"
        class={now === "on" ? "link" : "button"}
        aria-disabled={act.busy}
        onClick={() => void act.run(now === "on" ? stopPush : startPush)}
      >
        {t(now === "on" ? "closedPageStop" : "closedPageStart")}
      </button>
      <Said text={act.said} />
    </div>
  );
}
