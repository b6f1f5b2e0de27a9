/** Hands what arrives live in the circle on screen to the screen readers' log. */
import { announce } from "./announce.ts";
import { onArrival } from "./intake.ts";
import { shownCircle } from "./following.ts";
import { comparable, holdsMuted } from "./muted.ts";
import { hold, preferences } from "./store.ts";
import { plain } from "./text.ts";

export function startNews(): void {
  onArrival(({ circle, messages, live, me }) => {
    if (!live || circle !== shownCircle()) return;
    const { aside } = hold(circle).state.value;
    const { muted, news } = preferences.value;
    const words = muted.map(comparable);
    const heard = messages.flatMap(({ by, name, body }) =>
      by === me || body === null || aside.has(by) || holdsMuted(body, words) ? [] : [{ name, body: plain(body) }],
    );
    announce(heard, news);
  });
}
