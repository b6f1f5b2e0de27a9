/**
 * Scrolling of the message list, and the only file that scrolls it. Either the end is in view and stays so, or the
 * row at the top of the view stays where it is, whatever comes above or below. Rows are the children of `list`, in order,
 * inside the scrolling `view`. Each has `data-row` (the row's id); messages of the log have `data-seq` as well.
 */
import { type ReadonlySignal, type Signal, effect, signal, untracked } from "@preact/signals";
import { Attention } from "./attention.ts";
import { Pane, painted } from "./pane.ts";
import { jumpTo, markRead, newer, older, reachUnread, toLatest } from "./reading.ts";
import { isCaughtUp } from "./state.ts";
import type { CircleHold } from "./store.ts";
import { newSince } from "./fresh.ts";
import { hasAbove, hasBelow } from "./window.ts";

/** Nearer to the end than this counts as being there, in CSS px. */
const STICK = 48;
/** With fewer px left above or below, more rows are fetched. */
const NEAR = 600;
const ROWS_BELOW = 8;
/** Attributes by which a row may change its size. */
const SHAPING = ["class", "hidden", "open"];
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
  private pane: Pane;
  private view: HTMLElement;
  private held: CircleHold;
  /** The row that holds its place, where its top was below the view's top, and how far was scrolled then. */
  private anchor: { row: Element; top: number; scrolled: number } | null = null;
  private height = 0; // of the view, when it was last looked at
  private entered = false;
  private cameIn!: () => void;
  /** The log is here and the view where it begins. */
  readonly ready = new Promise<void>((resolve) => (this.cameIn = resolve));
  private wentToUnread = false;
  private jumping = false; // what is mounted for a jump stays until its row has its place
  private attention: Attention;
  private mutations = new MutationObserver(() => this.hold());
  private sizes = new ResizeObserver(() => this.hold());
  private stopFollowing: () => void;
  private onScroll = (): void => this.scrolled();

  constructor(view: HTMLElement, list: HTMLElement, held: CircleHold) {
    this.pane = new Pane(view, list);
    this.view = view;
    this.held = held;
    this.below = this.setBelow = signal<Below>({ shown: false, fresh: 0 });
    this.attention = new Attention(() => markRead(held.id, this.pane.newestSeen()));
    // Places are kept here; two keepers would move rows twice.
    view.style.setProperty("overflow-anchor", "none");
    view.addEventListener("scroll", this.onScroll, { passive: true });
    // What stands above the rows moves them too.
    this.mutations.observe(view, { childList: true, subtree: true, characterData: true, attributeFilter: SHAPING });
    for (const one of [view, list]) this.sizes.observe(one);
    this.hold();
    this.stopFollowing = effect(() => {
      const isHere = isCaughtUp(held.state.value);
      untracked(() => void this.logMoved(isHere));
    });
  }

  /** Stop; a circle that is not on screen counts as being at its end. */
  end(): void {
    this.view.removeEventListener("scroll", this.onScroll);
    this.mutations.disconnect();
    this.sizes.disconnect();
    this.attention.end();
    this.stopFollowing();
    this.held.atEnd.value = true;
  }

  /** "Latest": first to the unread line, if it is below; then to the end. */
  latest(): void {
    const line = this.pane.row("unread");
    const below = line !== null && this.pane.topOf(line) > this.view.clientHeight;
    if (below && !this.wentToUnread) return this.toUnread(line);
    this.toEnd();
    // The button goes away; whoever pressed it by keyboard is at the newest message then, not nowhere.
    void painted().then(() => this.pane.newest()?.focus({ preventScroll: true }));
  }

  toEnd(): void {
    toLatest(this.held.id);
    this.wentToUnread = false;
    this.scrollTo(this.view.scrollHeight);
    this.settle();
  }

  /** Bring a message to `top`, reading pages if need be, and give it the focus. False: it is gone. */
  async toMessage(seq: number, top?: number): Promise<boolean> {
    const atEnd = this.held.atEnd.value;
    this.held.atEnd.value = false;
    this.jumping = true;
    const mounted = (await jumpTo(this.held.id, seq)) && (await painted());
    this.jumping = false;
    const row = mounted && this.pane.message(seq);
    if (!row) {
      this.held.atEnd.value = atEnd;
      return false;
    }
    this.place(row, top);
    row.focus({ preventScroll: true });
    return true;
  }

  /** The first message in view and where its top is, to come back to later with `toMessage`. */
  whereIAm(): { seq: number; top: number } | null {
    return this.pane.oldestInView();
  }

  private async logMoved(isHere: boolean): Promise<void> {
    if (isHere && !this.entered) return this.enter();
    await painted();
    // What came beyond the mounted rows moves none of them, and counts all the same.
    this.lookBelow();
  }

  /** On coming in, once, as soon as the log is here: the unread line a third down the view; else the end stays. */
  private async enter(): Promise<void> {
    this.entered = true;
    await reachUnread(this.held.id);
    await painted();
    const line = this.pane.row("unread");
    if (line) this.toUnread(line);
    this.cameIn();
  }

  private toUnread(line: Element): void {
    this.wentToUnread = true;
    this.place(line);
  }

  private place(row: Element, top = this.view.clientHeight * A_THIRD): void {
    this.scrollTo(this.view.scrollTop + this.pane.topOf(row) - top);
    this.held.atEnd.value = this.isAtEnd();
    this.settle();
  }

  /** Rows came, went or changed their size: keep the end, or the anchored row, where it was. */
  private hold(): void {
    const { window, atEnd } = this.held;
    if (atEnd.value && window.value.high === null) this.scrollTo(this.view.scrollHeight);
    else if (this.anchor?.row.isConnected) {
      const { row, top, scrolled } = this.anchor;
      // A finger may have moved the view since; what the rows moved is made good, or the browser for lack of rows below.
      const byFinger = this.pane.toBottom() > 1 ? this.view.scrollTop - scrolled : 0;
      const moved = this.pane.topOf(row) + byFinger - top;
      if (Math.abs(moved) >= 0.5) this.scrollTo(this.view.scrollTop + moved);
    }
    this.settle();
  }

  private scrolled(): void {
    // The view itself became another size, and moved by that: nobody moved it.
    if (this.view.clientHeight !== this.height) return this.hold();
    this.held.atEnd.value = this.isAtEnd();
    this.settle();
    if (this.jumping) return;
    const { entries, low, base } = this.held.state.value;
    const window = this.held.window.value;
    if (this.view.scrollTop < NEAR && (hasAbove(entries, window) || low > base)) {
      if (this.held.older.value === "idle") void older(this.held.id);
    } else if (this.pane.toBottom() < NEAR && hasBelow(entries, window)) newer(this.held.id);
  }

  private settle(): void {
    this.height = this.view.clientHeight;
    const row = this.pane.topmost();
    this.anchor = row ? { row, top: this.pane.topOf(row), scrolled: this.view.scrollTop } : null;
    this.lookBelow();
    this.attention.again();
  }

  private lookBelow(): void {
    const { state, window, atEnd, read } = this.held;
    const fresh = newSince(state.value, Math.max(this.pane.newestSeen(), read.value));
    const isFar = window.value.high !== null || this.pane.countBelow() > ROWS_BELOW;
    const shown = !atEnd.value && (fresh > 0 || isFar);
    const { value } = this.setBelow;
    if (value.shown !== shown || value.fresh !== fresh) this.setBelow.value = { shown, fresh };
  }

  private isAtEnd(): boolean {
    return this.held.window.value.high === null && this.pane.toBottom() <= STICK;
  }

  private scrollTo(top: number): void {
    // Not `scrollTop =`: iOS drops that during a flick. Never smooth, so that nothing moves by itself.
    this.view.scrollTo({ top, behavior: "instant" });
  }
}
