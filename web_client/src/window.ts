/**
 * Which messages are mounted: never more than `MOST`, whatever the log holds. Pure; positions are seqs, so that
 * messages arriving or leaving do not move the window.
 */
import { type CircleState, type Entry, placeOf } from "./state.ts";

/** Rows mounted after a trim, and the most that are ever mounted. */
export const USUAL = 300;
export const MOST = 320;
/** How many rows one step up or down brings. */
export const STEP = 100;

/** `low … high` are mounted, both included; `high` null follows the end. `low` 0 begins with the first entry. */
export interface Window {
  readonly low: number;
  readonly high: number | null;
}

export const LATEST: Window = { low: 0, high: null };

/** The entries a window shows, as a slice from `from` up to, not including, `to`. */
export function bounds(entries: readonly Entry[], window: Window): { from: number; to: number } {
  const from = placeOf(entries, window.low);
  const to = window.high === null ? entries.length : placeOf(entries, window.high + 1);
  return { from, to: Math.max(from, to) };
}

/**
 * The window after the log grew. `stuck`: the end is in view, so rows are given up at the top; otherwise the
 * reader keeps what is mounted and the bottom is closed once `MOST` is reached.
 */
export function settle(entries: readonly Entry[], window: Window, stuck: boolean): Window {
  const { from, to } = bounds(entries, window);
  if (to - from <= MOST) return window;
  return stuck && window.high === null
    ? { low: seqAt(entries, to - USUAL), high: null }
    : { low: window.low, high: seqAt(entries, from + USUAL - 1) };
}

/** Show `STEP` more above; what falls out at the bottom comes back with `stepDown`. */
export function stepUp(entries: readonly Entry[], window: Window): Window {
  const { from, to } = bounds(entries, window);
  return between(entries, Math.max(0, from - STEP), to, "top");
}

export function stepDown(entries: readonly Entry[], window: Window): Window {
  const { from, to } = bounds(entries, window);
  return between(entries, from, Math.min(entries.length, to + STEP), "bottom");
}

/** A window with `seq` in its middle. */
export function around(entries: readonly Entry[], seq: number): Window {
  const at = placeOf(entries, seq);
  const from = Math.max(0, at - USUAL / 2);
  return between(entries, from, Math.min(entries.length, from + USUAL), "top");
}

/** Whether newer entries lie below what is mounted, and older ones above. */
export function hasBelow(entries: readonly Entry[], window: Window): boolean {
  return bounds(entries, window).to < entries.length;
}

export function hasAbove(entries: readonly Entry[], window: Window): boolean {
  return bounds(entries, window).from > 0;
}

/** The same with its newest `most` entries; what is older can be paged back to. */
export function newest(state: CircleState, most: number): CircleState {
  const first = state.entries[state.entries.length - most];
  if (first === undefined || first === state.entries[0]) return state;
  return { ...state, entries: state.entries.slice(-most), low: first.seq };
}

function between(entries: readonly Entry[], from: number, to: number, keep: "top" | "bottom"): Window {
  if (to - from > USUAL) {
    if (keep === "top") to = from + USUAL;
    else from = to - USUAL;
  }
  return {
    low: from === 0 ? 0 : seqAt(entries, from),
    high: to === entries.length ? null : seqAt(entries, to - 1),
  };
}

function seqAt(entries: readonly Entry[], index: number): number {
  return entries[index]?.seq ?? 0;
}
