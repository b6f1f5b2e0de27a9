/** The keyboard: what Enter does, moving among messages, and F6 from region to region. */
import type { Preferences } from "./generated/protocol.ts";

/** Regions that F6 walks through, in document order: put the attribute on header, messages, composer and panel. */
const REGION = "[data-region]";
const FOCUSABLE = "a[href], button:not([disabled]), textarea:not([disabled]), input:not([disabled]), [tabindex='0']";

export type EnterPosts = Preferences["enter_posts"];

/** What a key means in the composer: post, or whatever the box does by itself. */
export function postsOn(event: KeyboardEvent, enterPosts: EnterPosts, coarse = isCoarse()): boolean {
  // Safari ends composition before keydown and says 229; others say isComposing.
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return false;
  if (event.ctrlKey || event.metaKey) return true;
  if (event.shiftKey || event.altKey) return false;
  return enterPosts === "auto" ? !coarse : enterPosts === "yes";
}

/** The first pointer is a finger. Touch support alone says nothing: laptops have it too. */
export function isCoarse(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/**
 * Which item is to be focused when `key` is pressed on item `at` of `count`; `null` leaves the key alone.
 * PageUp and PageDown stay the browser's.
 */
export function moveTo(key: string, at: number, count: number): number | null {
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: count - 1 }[key];
  if (to === undefined || count === 0) return null;
  return Math.min(count - 1, Math.max(0, to));
}

/**
 * Arrow keys over the message list, which is one tab stop: messages are the elements with `data-message`, in it.
 * Enter goes into a message (to its first button), Escape comes back out, and once more calls `leave`.
 */
export function onListKey(event: KeyboardEvent, list: HTMLElement, leave: () => void): void {
  const items = [...list.querySelectorAll<HTMLElement>("[data-message]")];
  const target = event.target as HTMLElement;
  const item = target.closest<HTMLElement>("[data-message]");
  const at = item ? items.indexOf(item) : items.length - 1;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    event.preventDefault();
    if (item && item !== target) item.focus();
    else leave();
    return;
  }
  if (item && item !== target) return;
  if (event.key === "Enter" && item) {
    event.preventDefault();
    item.querySelector<HTMLElement>(FOCUSABLE)?.focus();
    return;
  }
  const to = moveTo(event.key, at, items.length);
  if (to === null) return;
  event.preventDefault();
  items[to]?.focus();
}

/** F6 goes to the next region, Shift+F6 to the one before. */
export function startRegions(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F6" || event.ctrlKey || event.altKey || event.metaKey) return;
    const regions = [...document.querySelectorAll<HTMLElement>(REGION)].filter((region) => region.getClientRects().length > 0);
    if (regions.length === 0) return;
    event.preventDefault();
    const here = regions.findIndex((region) => region.contains(document.activeElement));
    const step = event.shiftKey ? -1 : 1;
    const next = here < 0 ? (event.shiftKey ? regions.length - 1 : 0) : (here + step + regions.length) % regions.length;
    focusInto(regions[next] as HTMLElement);
  });
}

/** Focus a region: where it says so (`data-region-start`), else its first control, else itself. */
export function focusInto(region: HTMLElement): void {
  const start =
    region.querySelector<HTMLElement>("[data-region-start]") ?? region.querySelector<HTMLElement>(FOCUSABLE);
  if (start) return start.focus();
  region.tabIndex = -1;
  region.focus();
}

/** Ctrl and K, or Cmd and K: what many programs look for words with. No single key, which might be meant for writing. */
export function startSearchKey(opens: () => void): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    opens();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
