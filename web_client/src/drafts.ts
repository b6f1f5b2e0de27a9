/** One draft for each circle, in this tab only: `sessionStorage`, gone with the tab, a post, sign-out or Quick exit. */

import { isLeaving } from "./leaving.ts";

export interface Draft {
  readonly text: string;
  /** Seq of the message it answers. */
  readonly replyTo: number | null;
}

const PREFIX = "draft ";
const SAVE_AFTER = 250;

const drafts = new Map<string, Draft>();
const unsaved = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

export function draftOf(circle: string): Draft {
  return drafts.get(circle) ?? stored(circle) ?? { text: "", replyTo: null };
}

/** Keep what is in the box now; an empty draft is forgotten at once. */
export function saveDraft(circle: string, draft: Draft): void {
  drafts.set(circle, draft);
  unsaved.add(circle);
  if (draft.text === "" && draft.replyTo === null) return saveDrafts();
  timer ??= setTimeout(saveDrafts, SAVE_AFTER);
}

export function saveDrafts(): void {
  clearTimeout(timer);
  timer = undefined;
  if (isLeaving()) return;
  for (const circle of unsaved) {
    const draft = drafts.get(circle);
    if (!draft || (draft.text === "" && draft.replyTo === null)) sessionStorage.removeItem(PREFIX + circle);
    else sessionStorage.setItem(PREFIX + circle, JSON.stringify(draft));
  }
  unsaved.clear();
}

export function forgetDrafts(): void {
  clearTimeout(timer);
  timer = undefined;
  unsaved.clear();
  drafts.clear();
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
}

/** Save before the page goes: a reload, a tab put to sleep. */
export function startDrafts(): void {
  addEventListener("pagehide", saveDrafts);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && saveDrafts());
}

function stored(circle: string): Draft | null {
  const kept = sessionStorage.getItem(PREFIX + circle);
  return kept === null ? null : (JSON.parse(kept) as Draft);
}
