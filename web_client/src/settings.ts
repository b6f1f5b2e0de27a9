/** What preferences change about the page itself, and the one thing remembered about it in this tab. */
import { effect } from "@preact/signals";
import { exitKeys } from "./leaving.ts";
import { me, mine, preferences } from "./store.ts";

const BEFORE_SEEN = "before seen";

/** Sizes, theme and motion are attributes of the root, which the style sheets answer to. */
export function startSettings(): void {
  const root = document.documentElement;
  effect(() => {
    const { theme, size, spacing, calm, quick_exit_keys: keys } = preferences.value;
    root.dataset["theme"] = theme;
    root.dataset["size"] = String(size);
    root.dataset["spacing"] = spacing;
    root.toggleAttribute("data-calm", calm);
    exitKeys(keys);
  });
  effect(() => {
    // Neutral and the operator's choice; never what is on screen.
    if (me.value) document.title = me.value.title;
  });
}

/** Whether the page about Quick exit is still to be shown before the first circle is entered. */
export function needsBefore(): boolean {
  return mine.value.length === 0 && sessionStorage.getItem(BEFORE_SEEN) === null;
}

export function beforeWasSeen(): void {
  sessionStorage.setItem(BEFORE_SEEN, "1");
}
