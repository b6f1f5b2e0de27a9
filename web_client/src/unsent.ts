/**
 * Words of one's own that have no circle to be shown in: it has gone meanwhile (closed, faded, left), or it cannot be
 * reached since this page was loaded. They are shown until the person decides; nothing here throws one away.
 */
import { allDrafts, saveDraft } from "./drafts.ts";
import { removeFromOutbox } from "./sending.ts";
import { connection, hold, list, mine, outbox, person } from "./store.ts";

export interface Unsent {
  /** The outbox's key, or "draft" and the circle. */
  readonly id: string;
  readonly circle: string;
  readonly topic: string | null;
  readonly body: string;
  /** `waiting`: goes, or is in its box again, when the connection is back. `gone`: its circle is not there for one. */
  readonly is: "waiting" | "gone" | "refused";
  readonly isDraft: boolean;
  /** Why it was refused, where that is known. */
  readonly code: string | null;
}

const CIRCLE = /^[A-Za-z0-9_-]{16}$/;
/** Asking again does not help against these. */
const FINAL: ReadonlySet<string> = new Set(["circle.not_found", "circle.closed"]);

/** Of all circles, or of one; the oldest first, drafts last. */
export function unsentWords(circle?: string): Unsent[] {
  const posted = outbox.value.flatMap((entry): Unsent[] => {
    if (entry.state === "sent" || !isHomeless(entry.circle)) return [];
    const is = entry.state !== "refused" ? "waiting" : FINAL.has(entry.code ?? "") ? "gone" : "refused";
    const { key: id, topic, body, code } = entry;
    return [{ id, circle: entry.circle, topic, body, is, isDraft: false, code }];
  });
  const drafts = [...allDrafts()].flatMap(([at, { text, topic }]): Unsent[] => {
    if (text.trim() === "" || !CIRCLE.test(at) || !isHomeless(at)) return [];
    const is = isKnown() ? "gone" : "waiting";
    return [{ id: `draft ${at}`, circle: at, topic: topic ?? null, body: text, is, isDraft: true, code: null }];
  });
  return [...posted, ...drafts].filter((words) => circle === undefined || words.circle === circle);
}

/** Words of one circle that stand alike, one after the other, so that what holds for all of them is said once. */
export function groups(words: readonly Unsent[]): Unsent[][] {
  const found = new Map<string, Unsent[]>();
  for (const each of words) {
    const alike = `${each.circle} ${each.is} ${each.isDraft} ${each.code ?? ""}`;
    found.set(alike, [...(found.get(alike) ?? []), each]);
  }
  return [...found.values()];
}

/** Take them out of this tab, for good. */
export function removeWords({ id, circle, isDraft }: Unsent): void {
  if (isDraft) saveDraft(circle, { text: "", replyTo: null });
  else removeFromOutbox(id);
}

/** Whether its circle can still be entered; there the words wait for "Try again", or in their box. */
export function canGoInAgain(circle: string): boolean {
  return list.value?.some(({ id, state, mine: isMine }) => id === circle && !isMine && state !== "closed") ?? false;
}

/** Whether words of one's own wait in this circle to be tried again or removed. */
export function hasRefused(circle: string): boolean {
  return outbox.value.some((entry) => entry.circle === circle && entry.state === "refused");
}

/** Which circles one is in has been said. */
function isKnown(): boolean {
  return person.value.view !== null;
}

function isHomeless(circle: string): boolean {
  if (hold(circle).state.value.phase === "inside") return false;
  // Before the first answer nothing is said, for as long as there is an answer to wait for.
  if (!isKnown()) return ["lost", "replaced", "refused"].includes(connection.value.is);
  return !mine.value.includes(circle);
}
