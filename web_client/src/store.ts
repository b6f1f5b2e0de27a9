/**
 * Everything the screens show, as signals. Screens read them and call `actions.ts`; nothing but actions and the
 * socket's glue (`live.ts`) writes them.
 */
import { type ReadonlySignal, type Signal, computed, signal } from "@preact/signals";
import type { CircleView, LedgerHead, Letter, Me, PauseMoved, Preferences, SeatView } from "./generated/protocol.ts";
import type { Manner } from "./entries.ts";
import { LATEST, type Window } from "./window.ts";
import { type CircleState, EMPTY_PERSON, type PersonState, emptyCircle } from "./state.ts";

/** What stands in for preferences until one has a place. */
export const DEFAULT_PREFERENCES: Preferences = {
  quick_exit_keys: true,
  gestures: true,
  tell_writing: true,
  gentle_notes: true,
  company: false,
  quiet_type: false,
  desk_keys: false,
  muted: [],
  theme: "phone",
  size: 100,
  spacing: "usual",
  calm: false,
  enter_posts: "auto",
  news: "all",
};

/**
 * `resting`: nobody is signed in, so no connection is wanted. `replaced`: this place is open in another tab, and
 * `actions.useHere()` takes it back. `refused`: the server does not want this client; only a fresh load helps.
 * `since` is when this began (`Date.now()`); say nothing about `connecting` and `lost` in the first 2 s.
 */
export interface Connection {
  readonly is: "resting" | "connecting" | "live" | "lost" | "replaced" | "refused";
  readonly since: number;
}

/** One circle as it is on this screen. */
export interface CircleHold {
  readonly id: string;
  readonly state: Signal<CircleState>;
  /** Which messages are mounted (see `window.ts`). Only `reading.ts` moves it. */
  readonly window: Signal<Window>;
  /** The end of the list is in view, or the list is not on screen. Written by `scroll.ts`. */
  readonly atEnd: Signal<boolean>;
  /** The newest seq one has read: private, and apart from `state`, so that reading draws nothing anew. */
  readonly read: Signal<number>;
  /** The read mark when the circle came on screen: the line "New since you looked" stands after it. */
  readonly unreadAfter: Signal<number>;
  /** Folded, set aside, muted and flagged messages one chose to open, by seq. */
  readonly opened: Signal<ReadonlySet<number>>;
  /** Messages one folded for oneself on this screen, by seq. */
  readonly foldedForMe: Signal<ReadonlySet<number>>;
  /** How reading older pages stands; `failed` shows "Try again" in place. */
  readonly older: Signal<"idle" | "reading" | "failed">;
  /** Somebody (never who) wrote within the last 5 s. */
  readonly writing: Signal<boolean>;
}

/** A message on its way, as the outbox holds it. */
export interface OutboxEntry {
  /** Made when the person pressed send, kept on every retry. */
  readonly key: string;
  readonly circle: string;
  /** What the circle was about, for when it has gone meanwhile; `null` where that was not known. */
  readonly topic: string | null;
  readonly body: string;
  readonly replyTo: number | null;
  readonly manner: Manner;
  /** When send was pressed. */
  readonly at: number;
  /**
   * `waiting`: goes by itself, in order (`why` says for what: the connection, the pace, a breath or a rest of the
   * circle, that the piece is with somebody else). `sending`: with the server. `sent`: on disk there, not yet back here. `refused`: `code` says why; it stays
   * until the person tries again, copies or removes it.
   */
  readonly state: "waiting" | "sending" | "sent" | "refused";
  readonly why: "connection" | "turn" | "pace" | "circle" | "round" | null;
  readonly code: string | null;
  readonly facts: Facts;
  /** Its place in the circle's log, once `sent`. */
  readonly seq: number | null;
}

/** What a refusal says beside its code: numbers and short words, never what somebody wrote. */
export type Facts = Readonly<Record<string, string | number>>;

/** Who one is, from the server's point of view; `null` until the first answer. `me.value.name` absent: nobody yet. */
export const me = signal<Me | null>(null);
/** The first question ("who am I?") could not be asked: the page can only offer "Try again". */
export const unreachable = signal(false);
export const connection = signal<Connection>({ is: "resting", since: 0 });
/** The browser says there is a network. */
export const online = signal(true);
/** The server carries a newer client than this page runs. */
export const newVersion = signal(false);
/** The server's clock minus this device's, in ms: for "until 20:30" on phones whose clock is off. */
export const clockOffset = signal(0);

/** How far the public record goes, as far as it was followed; `null` until it was read. */
export const recordHead = signal<LedgerHead | null>(null);
/** Something that was published before is not there any more. */
export const recordChanged = signal(false);

/** Circles as seen from outside, yours first; `null` until first read. */
export const list = signal<readonly CircleView[] | null>(null);
/** Reading the list failed; what was shown before stays. */
export const listFailed = signal(false);

/** Plans and circles of whose opening one is told. */
export const told = signal<readonly string[]>([]);
/** Circles that opened meanwhile, of which one had asked to be told. */
export const openings = signal<readonly string[]>([]);

export const person = signal<PersonState>(EMPTY_PERSON);
/** What is still to be sent, in order of pressing, for all circles. */
export const outbox = signal<readonly OutboxEntry[]>([]);

export const signedIn: ReadonlySignal<boolean> = computed(() => me.value?.name != null);
export const preferences: ReadonlySignal<Preferences> = computed(
  () => person.value.view?.preferences ?? DEFAULT_PREFERENCES,
);
export const letters: ReadonlySignal<readonly Letter[]> = computed(() => person.value.view?.letters ?? []);
/** One's own seats on panels, in the order in which they were offered. */
export const seats: ReadonlySignal<readonly SeatView[]> = computed(() => person.value.view?.seats ?? []);
/** One's own pauses from posting. */
export const pauses: ReadonlySignal<readonly PauseMoved[]> = computed(() => person.value.view?.pauses ?? []);
/** An offer of company, or a wish for one's own, may wait; `care.ts` knows. */
export const caring: ReadonlySignal<boolean> = computed(() => person.value.view?.care != null);
/** Ids of the circles one is a participant of. */
export const mine: ReadonlySignal<readonly string[]> = computed(() => person.value.view?.circles ?? []);

const holds = new Map<string, CircleHold>();

/** The circle's hold, made empty on the first call. */
export function hold(id: string): CircleHold {
  let found = holds.get(id);
  if (!found) {
    found = {
      id,
      state: signal(emptyCircle(id)),
      window: signal(LATEST),
      atEnd: signal(true),
      read: signal(0),
      unreadAfter: signal(0),
      opened: signal<ReadonlySet<number>>(new Set<number>()),
      foldedForMe: signal<ReadonlySet<number>>(new Set<number>()),
      older: signal<"idle" | "reading" | "failed">("idle"),
      writing: signal(false),
    };
    holds.set(id, found);
  }
  return found;
}

/** What a circle is about, as far as this page knows; nothing is followed by asking. */
export function topicOf(circle: string): string | null {
  const own = holds.get(circle)?.state.peek().view;
  return (own ?? list.peek()?.find(({ id }) => id === circle))?.topic ?? null;
}

/** Every circle that was looked at since the page came up. */
export function heldCircles(): IterableIterator<CircleHold> {
  return holds.values();
}

/** Forget all that belongs to a person: after signing out, forgetting, or the session's end. */
export function forgetEverything(): void {
  holds.clear();
  person.value = EMPTY_PERSON;
  outbox.value = [];
  list.value = null;
  told.value = openings.value = [];
}
