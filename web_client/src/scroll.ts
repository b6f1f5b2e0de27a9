/**
 * Scrolling of the message list, and the only file that scrolls it. Either the end is in view and stays so, or the
 * row at the top of the view stays where it is, whatever comes above or below.
 *
 * Rows are the element children of `list` that have `data-row` (the row's id), in order, inside the scrolling `view`;
 * messages of the log have `data-seq` as well.
 */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { Attention } from "./attention.ts";
import { jumpTo, markRead, newer, older, reachUnread, toLatest } from "./reading.ts";
import type { CircleHold } from "./store.ts";
import { newSince } from "./timeline.ts";
import { hasAbove, hasBelow } from "./window.ts";

/** Nearer to the end than this counts as being there, in CSS px. */
const STICK = 48;
/** More older rows are fetched when fewer than this many px are left above. */
const NEAR = 600;
const ROWS_BELOW = 8;
/** Where in the view a row is put that somebody goes to. */
const A_THIRD = 1 / 3;

/** What the "latest" button says: shown or not, and how many are new below (0: only further down). */
export interface Below {
  readonly shown: boolean;
  readonly fresh: number;
}

export class Scroller {
  readonly below: ReadonlySignal<Below>;
  private setBelow: Signal<Below>;
  private view: HTMLElement;
  private list: HTMLElement;
  private held: CircleHold;
  /** The row that holds its place, where its top was below the view's top, and how far was scrolled then. */
  private anchor: { row: Element; top: number; scrolled: number } | null = null;
  private entered = false;
  private wentToUnread = false;
  private attention: Attention;
  private mutations = new MutationObserver(() => this.hold());
  private sizes = new ResizeObserver(() => this.hold());
  private onScroll = (): void => this.scrolled();

  constructor(view: HTMLElement, list: HTMLElement, held: CircleHold) {
    this.view = view;
    this.list = list;
    this.held = held;
    this.below = this.setBelow = signal<Below>({ shown: false, fresh: 0 });
    this.attention = new Attention(() => markRead(held.id, this.lastInView(this.rows())));
    // Places are kept here; two keepers would move rows twice.
    view.style.setProperty("overflow-anchor", "none");
    view.addEventListener("scroll", this.onScroll, { passive: true });
    this.mutations.observe(list, { childList: true, subtree: true, characterData: true, attributes: true });
    this.sizes.observe(view);
    this.sizes.observe(list);
    this.hold();
  }

  /** Stop; a circle that is not on screen counts as being at its end. */
  end(): void {
    this.view.removeEventListener("scroll", this.onScroll);
    this.mutations.disconnect();
    this.sizes.disconnect();
    this.attention.end();
    this.held.atEnd.value = true;
  }

  /** "Latest": first to the unread line, if it is below; then to the end. */
  latest(): void {
    const line = this.row("unread");
    const below = line !== null && this.topOf(line) > this.view.clientHeight;
    if (below && !this.wentToUnread) this.toUnread(line);
    else this.toEnd();
  }

  toEnd(): void {
    toLatest(this.held.id);
    this.wentToUnread = false;
    this.scrollTo(this.view.scrollHeight);
    this.settle();
  }

  /** Bring a message into view, reading pages if need be, and give it the focus. False: it is gone. */
  async toMessage(seq: number): Promise<boolean> {
    const atEnd = this.held.atEnd.value;
    this.held.atEnd.value = false;
    const mounted = await jumpTo(this.held.id, seq);
    if (mounted) await painted();
    const row = this.list.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    if (!mounted || !row) {
      this.held.atEnd.value = atEnd;
      return false;
    }
    this.place(row);
    row.focus({ preventScroll: true });
    return true;
  }

  /** The seq of the first message in view, to come back to later with `toMessage`. */
  whereIAm(): number | null {
    const row = this.rows().find((one) => one.hasAttribute("data-seq") && this.topOf(one) >= 0);
    return row ? Number(row.getAttribute("data-seq")) : null;
  }

  /** On coming in, once the log is here: the unread line a third down the view, or the end where nothing is new. */
  private async enter(): Promise<void> {
    this.entered = true;
    await reachUnread(this.held.id);
    await painted();
    const line = this.row("unread");
    if (line) this.toUnread(line);
  }

  private toUnread(line: Element): void {
    this.wentToUnread = true;
    this.place(line);
  }

  private place(row: Element): void {
    this.scrollTo(this.view.scrollTop + this.topOf(row) - this.view.clientHeight * A_THIRD);
    this.held.atEnd.value = this.isAtEnd();
    this.settle();
  }

  /** Rows came, went or changed their size: keep the end, or the anchored row, where it was. */
  private hold(): void {
    const { state, window, atEnd } = this.held;
    if (atEnd.value && window.value.high === null) this.scrollTo(this.view.scrollHeight);
    else if (this.anchor?.row.isConnected) {
      const { row, top, scrolled } = this.anchor;
      // A finger may have moved the view since; only what the rows themselves moved is made good. At the very end
      // the browser moved it, for lack of rows below.
      const byFinger = this.toBottom() > 1 ? this.view.scrollTop - scrolled : 0;
      const moved = this.topOf(row) + byFinger - top;
      if (Math.abs(moved) >= 0.5) this.scrollTo(this.view.scrollTop + moved);
    }
    this.settle();
    const { phase, last, head } = state.value;
    if (!this.entered && phase === "inside" && last >= head) void this.enter();
  }

  private scrolled(): void {
    this.held.atEnd.value = this.isAtEnd();
    this.settle();
    const { entries, low, base } = this.held.state.value;
    const window = this.held.window.value;
    if (this.view.scrollTop < NEAR && (hasAbove(entries, window) || low > base)) {
      if (this.held.older.value === "idle") void older(this.held.id);
    } else if (this.toBottom() < NEAR && hasBelow(entries, window)) newer(this.held.id);
  }

  private settle(): void {
    const rows = this.rows();
    const row = rows[firstOf(rows, (one) => one.getBoundingClientRect().bottom > this.edge("top"))];
    this.anchor = row ? { row, top: this.topOf(row), scrolled: this.view.scrollTop } : null;
    this.lookBelow(rows);
    this.attention.again();
  }

  private lookBelow(rows: readonly Element[]): void {
    const { state, window, atEnd } = this.held;
    const under = rows.length - firstOf(rows, (one) => one.getBoundingClientRect().top >= this.edge("bottom"));
    const fresh = newSince(state.value, Math.max(this.lastInView(rows), state.value.read));
    const shown = !atEnd.value && (fresh > 0 || under > ROWS_BELOW || window.value.high !== null);
    const before = this.setBelow.value;
    if (before.shown !== shown || before.fresh !== fresh) this.setBelow.value = { shown, fresh };
  }

  /** The newest message whose bottom is in view; 0 for none. */
  private lastInView(rows: readonly Element[]): number {
    const past = firstOf(rows, (one) => one.getBoundingClientRect().bottom > this.edge("bottom") + 1);
    for (let at = past - 1; at >= 0; at--) {
      const seq = rows[at]?.getAttribute("data-seq");
      if (seq != null) return Number(seq);
    }
    return 0;
  }

  private row(id: string): Element | null {
    return this.list.querySelector(`[data-row="${id}"]`);
  }

  private rows(): Element[] {
    return [...this.list.children].filter((row) => row.hasAttribute("data-row"));
  }

  private edge(side: "top" | "bottom"): number {
    return this.view.getBoundingClientRect()[side];
  }

  private topOf(row: Element): number {
    return row.getBoundingClientRect().top - this.edge("top");
  }

  private isAtEnd(): boolean {
    return this.held.window.value.high === null && this.toBottom() <= STICK;
  }

  private toBottom(): number {
    return this.view.scrollHeight - this.view.clientHeight - this.view.scrollTop;
  }

  private scrollTo(top: number): void {
    // Not `scrollTop =`: iOS drops that during a flick. Never smooth, so that nothing moves by itself.
    this.view.scrollTo({ top, behavior: "instant" });
  }
}

/** Index of the first row for which `is` holds, where it holds for all after it; the length if for none. */
function firstOf(rows: readonly Element[], is: (row: Element) => boolean): number {
  let from = 0;
  let to = rows.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (is(rows[middle] as Element)) to = middle;
    else from = middle + 1;
  }
  return from;
}

function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
}
