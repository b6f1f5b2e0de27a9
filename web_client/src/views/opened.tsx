import { useEffect } from "preact/hooks";
import { refreshCircles } from "../actions.ts";
import { go, route } from "../router.ts";
import { mine, openings, topicOf } from "../store.ts";
import { t } from "../words.ts";

/** A circle has opened of which one asked to be told. It takes no focus and covers nothing. */
export function OpenedBar() {
  const circle = openings.value.at(-1);
  useEffect(() => {
    if (circle !== undefined) void refreshCircles();
  }, [circle]);
  const here = route.value;
  const isThere = (here.at === "circle" || here.at === "door") && here.circle === circle;
  useEffect(() => {
    if (isThere) forget();
  }, [isThere]);
  if (circle === undefined || isThere) return null;
  const topic = topicOf(circle);
  const look = () => {
    forget();
    go({ at: mine.value.includes(circle) ? "circle" : "door", circle });
  };
  return (
    <div class="bar" role="status">
      <p dir="auto">{topic === null ? t("openedToldPlain") : t("openedTold", { topic })}</p>
      <div class="row-of">
        <button type="button" class="link" onClick={look}>
          {t("openedGo")}
        </button>
        <button type="button" class="link" onClick={forget}>
          {t("notNow")}
        </button>
      </div>
    </div>
  );
}

function forget(): void {
  openings.value = openings.value.slice(0, -1);
}
