import { useId, useState } from "preact/hooks";
import { endFeed, makeFeed } from "../plans.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { copy } from "./copying.ts";
import { Said } from "./fields.tsx";
import { tellNotice } from "./ui.ts";

/** An address that one's own calendar reads; `of`: a plan, a circle, or `mine`. Shown once, and ended at will. */
export function Calendar({ of, title }: { of: string; title: string }) {
  const [address, show] = useState<string | null>(null);
  const [ended, end] = useState(false);
  const act = useAct();
  const id = useId();
  const make = () => {
    end(false);
    void act.run(() => makeFeed(of), show);
  };
  const copyIt = async () => {
    if (await copy(address ?? "", `#${CSS.escape(id)}`)) tellNotice(t("copied"));
  };
  return (
    <details class="fold">
      <summary>{title}</summary>
      <div class="inside stack">
        <p>{address === null ? t("calendarHint") : t("calendarShown")}</p>
        {address !== null && (
          <p class="once link-text" id={id} dir="ltr">
            {address}
          </p>
        )}
        <p role="status">{ended && t("calendarEnded")}</p>
        <Said text={act.said} />
        <div class="row-of">
          {address !== null && (
            <button type="button" class="button" onClick={() => void copyIt()}>
              {t("calendarCopy")}
            </button>
          )}
          <button type="button" class={address === null ? "button" : "link"} aria-disabled={act.busy} onClick={make}>
            {address === null ? t("calendarMake") : t("calendarAnew")}
          </button>
          <button
            type="button"
            class="link"
            aria-disabled={act.busy}
            onClick={() => void act.run(() => endFeed(of), () => (show(null), end(true)))}
          >
            {t("calendarEnd")}
          </button>
        </div>
      </div>
    </details>
  );
}
