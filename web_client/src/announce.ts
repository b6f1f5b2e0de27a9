/**
 * The hidden log for screen readers: live arrivals only, at most one write a second, each gone after a second. The
 * view puts `announced` into a visually hidden `role="log"` and finds the words for it.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Preferences } from "./generated/protocol.ts";

export type Announcement =
  | { readonly id: number; readonly is: "message"; readonly name: string; readonly body: string }
  | { readonly id: number; readonly is: "name"; readonly name: string }
  | { readonly id: number; readonly is: "count"; readonly count: number };

export interface Heard {
  readonly name: string;
  readonly body: string;
}

const EVERY = 1_000;
const STAYS = 1_000;
/** More than so many at once are counted instead of read out. */
const MOST = 3;

const now = signal<readonly Announcement[]>([]);
export const announced: ReadonlySignal<readonly Announcement[]> = now;

let waiting: Heard[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let lastWrite = -Infinity;
let lastId = 0;
let news: Preferences["news"] = "all";

export function announce(heard: readonly Heard[], how: Preferences["news"]): void {
  news = how;
  if (heard.length === 0 || how === "none") return;
  waiting.push(...heard);
  timer ??= setTimeout(write, Math.max(0, lastWrite + EVERY - performance.now()));
}

/** What was not read out yet is dropped: another circle is on screen. */
export function hush(): void {
  waiting = [];
  clearTimeout(timer);
  timer = undefined;
  now.value = [];
}

/** What is said of messages that came together. */
export function sayings(heard: readonly Heard[], how: Preferences["news"], id: () => number): Announcement[] {
  if (how === "none" || heard.length === 0) return [];
  if (how === "counts" || heard.length > MOST) return [{ id: id(), is: "count", count: heard.length }];
  return heard.map(({ name, body }) =>
    how === "names" ? { id: id(), is: "name", name } : { id: id(), is: "message", name, body },
  );
}

function write(): void {
  timer = undefined;
  lastWrite = performance.now();
  const said = sayings(waiting, news, () => ++lastId);
  waiting = [];
  now.value = [...now.value, ...said];
  setTimeout(() => (now.value = now.value.filter((one) => !said.includes(one))), STAYS);
}
