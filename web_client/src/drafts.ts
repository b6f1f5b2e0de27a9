/** One draft for each circle, in this tab only: `sessionStorage`, gone with the tab, a post, sign-out or Quick exit. */

import { signal } from "@preact/signals";
import { type Manner, PLAIN } from "./entries.ts";
import { isLeaving } from "./leaving.ts";
import { topicOf } from "./store.ts";

export interface Draft {
  readonly text: string;
  /** Seq of the message it answers. */
  readonly replyTo: number | null;
  /** What the circle was about, for when it has gone meanwhile. */
  readonly topic?: string | null;
  readonly manner?: Manner;
}

const PREFIX = "draft ";
const SAVE_AFTER = 250;
const NONE: Draft = { text: "", replyTo: null };

const drafts = signal<ReadonlyMap<string, Draft>>(new Map());
const unsaved = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Read once, not followed: a box keeps its own words. */
export function draftOf(circle: string): Draft {
  return drafts.peek().get(circle) ?? NONE;
}

/** All that have words in them, by what they are for, to be followed. */
export function allDrafts(): ReadonlyMap<string, Draft> {
  return drafts.value;
}

/** Keep what is in the box now; an empty draft is forgotten at once. */
export function saveDraft(circle: string, { text, replyTo, manner }: Draft): void {
  const now = new Map(drafts.peek());
  const isEmpty = text === "" && replyTo === null;
  if (isEmpty) now.delete(circle);
  else {
    const before = draftOf(circle);
    const topic = topicOf(circle) ?? before.topic ?? null;
    now.set(circle, { text, replyTo, topic, manner: manner ?? before.manner ?? PLAIN });
  }
  drafts.value = now;
  unsaved.add(circle);
  if (isEmpty) return saveDrafts();
  timer ??= setTimeout(saveDrafts, SAVE_AFTER);
}

export function saveDrafts(): void {
  clearTimeout(timer);
  timer = undefined;
  if (isLeaving()) return;
  for (const circle of unsaved) {
    const draft = drafts.peek().get(circle);
    if (!draft) sessionStorage.removeItem(PREFIX + circle);
    else sessionStorage.setItem(PREFIX + circle, JSON.stringify(draft));
  }
  unsaved.clear();
}

export function forgetDrafts(): void {
  clearTimeout(timer);
  timer = undefined;
  unsaved.clear();
  drafts.value = new Map();
  for (const name of storedNames()) sessionStorage.removeItem(name);
}

/** Take up what a reload left, and save before the page goes: a reload, a tab put to sleep. */
export function startDrafts(): void {
  const kept = storedNames().map((name): [string, Draft] => {
    return [name.slice(PREFIX.length), JSON.parse(sessionStorage.getItem(name) ?? "null") as Draft];
  });
  drafts.value = new Map(kept);
  addEventListener("pagehide", saveDrafts);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && saveDrafts());
}

function storedNames(): string[] {
  return Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
}
