import type { Quote } from "../timeline.ts";
import { t } from "../words.ts";
import { goToMessage } from "./jumping.ts";

/** What a message answers. A press leads there, and back again. */
export function Quoted({ circle, quote }: { circle: string; quote: Quote }) {
  if (quote.is === "gone") return <p class="msg-quote">{t("quoteGone")}</p>;
  const label = quote.is === "here" ? quote.body : quote.is === "hidden" ? t("quoteFolded") : t("quoteFar");
  return (
    <button
      type="button"
      class="msg-quote"
      tabIndex={-1}
      onClick={() => void goToMessage(circle, quote.seq)}
    >
      {quote.name !== "" && quote.is === "here" && (
        <span class="whose">
          <bdi>{quote.name}</bdi>
        </span>
      )}
      <span dir="auto">{label}</span>
    </button>
  );
}
