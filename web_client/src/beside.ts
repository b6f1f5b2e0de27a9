/** The circles one is in as they are now, also those that are not on the screen. */
import type { CircleView } from "./generated/protocol.ts";
import { hold, mine } from "./store.ts";
import { newSince } from "./fresh.ts";

/** Whether somebody said something there that one has not read. */
export function hasNews(view: CircleView): boolean {
  if (!view.mine) return false;
  const { state, read } = hold(view.id);
  const { phase, low } = state.value;
  if (phase !== "inside") return view.news ?? false;
  // What was said before all that is held is known from the list alone.
  return newSince(state.value, read.value) > 0 || (view.news === true && read.value < low - 1);
}

/** Whether there is something new in any other of one's circles. */
export function newsElsewhere(circle: string): boolean {
  return mine.value.some((id) => {
    const { state, read } = hold(id);
    return id !== circle && newSince(state.value, read.value) > 0;
  });
}

/** A row of the list with what has happened since it was read. */
export function current(view: CircleView): CircleView {
  if (!view.mine) return view;
  const { phase, view: own } = hold(view.id).state.value;
  if (phase !== "inside" || own === null) return view;
  return { ...view, state: own.state, closes_at: own.closes_at ?? null, host: own.host ?? null };
}

/** How far each of one's circles is: what the list then says is read, is read up to there. */
export function marks(): ReadonlyMap<string, number> {
  return new Map(mine.value.map((id) => [id, hold(id).state.value.last]));
}

/** Take over from the list what was read on another screen. `upto` is from before the list was asked for. */
export function takeReading(views: readonly CircleView[], upto: ReadonlyMap<string, number>): void {
  for (const { id, mine: isMine, news } of views) {
    if (!isMine || news) continue;
    const { read } = hold(id);
    read.value = Math.max(read.value, upto.get(id) ?? 0);
  }
}
