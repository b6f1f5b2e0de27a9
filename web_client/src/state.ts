/**
 * What the client knows of one circle and of one's own place, as plain values. `apply.ts` folds frames into them;
 * nothing here is ever changed in place.
 *
 * Moments are whole milliseconds since 1970 UTC. A `seq` is a place in a circle's log.
 */
import type {
  CircleView,
  FlagStatus,
  Gesture,
  InviteView,
  MatterView,
  PersonView,
  ReceivedGesture,
  SpaceView,
} from "./generated/protocol.ts";
import type { Entry, Message } from "./entries.ts";
import type { Act } from "./held.ts";
import type { Turns } from "./turns.ts";

export type * from "./entries.ts";

/** A change to a message that this client has not read yet; it waits until the page with the message is here. */
export interface Unplaced {
  readonly target: number;
  readonly change: Partial<Message>;
}

/** More than the server passes on in one go happened while this client was away. */
export interface Away {
  /** How much happened since, in events (messages, and other small things with them). */
  readonly missed: number;
  /** The last seq that was seen before. `actions.readFrom` shows the log from there. */
  readonly from: number;
}

export interface CircleState {
  readonly id: string;
  /**
   * `asking`: the first answer is still to come. `inside`: one is a participant and the log is here.
   * `outside`: one is not (or no longer) in it, or it does not exist; the server does not say which.
   */
  readonly phase: "asking" | "inside" | "outside";
  readonly view: CircleView | null;
  /** One's own participant id in this circle, "" until known. */
  readonly me: string;
  readonly hosting: boolean;
  /** It was this person who announced the closing, and may take it back. */
  readonly announcedClosing: boolean;
  /** The time to close had come, and it waits a little for the round that is on. */
  readonly closingWaits: boolean;
  /** The sentence one gave for the closing to show; "" where another screen of one's own gave it. */
  readonly carry: string | null;
  /** The seq at which it is shown. */
  readonly carriedAt: number | null;
  /** Until when whoever holds the space asks whether one would hold it too; 0 for no such. */
  readonly askedToHold: number;
  /** Invites one made oneself and that still work. */
  readonly invites: readonly InviteView[];
  /** Everyone who is in the circle now, by participant id: the names they carry here. */
  readonly participants: ReadonlyMap<string, string>;
  /** Those of them who have the circle open on a screen. */
  readonly here: ReadonlySet<string>;
  /** Messages and lines by rising seq. */
  readonly entries: readonly Entry[];
  readonly epoch: string | null;
  /** The newest seq that was taken in; the next frame must be `last + 1`. */
  readonly last: number;
  /** The newest seq there was when the log was last asked for; `last < head` means it is still coming in. */
  readonly head: number;
  /** The circle came on screen, and what happened before is still being asked for. */
  readonly stale: boolean;
  /** Everything of `low … last` that one may see is in `entries`. */
  readonly low: number;
  /** The earliest seq one may read; `low > base` means there is more to page back to. */
  readonly base: number;
  /** The newest seq one had read when the log was last asked for. */
  readonly read: number;
  /** One's own flags, by message seq. */
  readonly flags: ReadonlyMap<number, FlagStatus>;
  /** What one said oneself in messages that nobody else is sent now, by message seq. */
  readonly own: ReadonlyMap<number, string>;
  /** Gestures one gave, by message seq. */
  readonly given: ReadonlyMap<number, ReadonlySet<Gesture>>;
  /** Gestures others gave to one's own messages, by message seq, oldest first. */
  readonly answered: ReadonlyMap<number, readonly ReceivedGesture[]>;
  /** Participants one set aside here. */
  readonly aside: ReadonlySet<string>;
  /** What rests, at what pace people talk, what somebody would like; moments may have passed. */
  readonly space: SpaceView;
  /** Of what somebody would like, what one asked for oneself. */
  readonly wished: ReadonlySet<Act>;
  /** The round that is on, as it was at `turnsAsOf` (a seq) and after what came since; `null` where none is. */
  readonly turns: Turns | null;
  readonly turnsAsOf: number;
  /** The change of the agreement that is before the circle, on trial, or was decided a short while ago. */
  readonly matter: MatterView | null;
  /** One is for it oneself. */
  readonly consented: boolean;
  readonly unplaced: readonly Unplaced[];
  readonly away: Away | null;
  /** A frame was passed over: the log must be watched again from `last`. */
  readonly gap: boolean;
}

export interface PersonState {
  readonly epoch: string | null;
  readonly last: number;
  readonly gap: boolean;
  /** `null` until the first answer, and while nobody is signed in. */
  readonly view: PersonView | null;
}

const NONE: ReadonlyMap<never, never> = new Map<never, never>();
export const USUAL: SpaceView = {};
const NOBODY: ReadonlySet<never> = new Set<never>();

export function emptyCircle(id: string): CircleState {
  return {
    id,
    phase: "asking",
    view: null,
    me: "",
    hosting: false,
    announcedClosing: false,
    closingWaits: false,
    carry: null,
    carriedAt: null,
    askedToHold: 0,
    invites: [],
    participants: NONE,
    here: NOBODY,
    entries: [],
    epoch: null,
    last: 0,
    head: 0,
    stale: true,
    low: 1,
    base: 1,
    read: 0,
    flags: NONE,
    own: NONE,
    given: NONE,
    answered: NONE,
    aside: NOBODY,
    space: USUAL,
    wished: NOBODY,
    turns: null,
    turnsAsOf: 0,
    matter: null,
    consented: false,
    unplaced: [],
    away: null,
    gap: false,
  };
}

export const EMPTY_PERSON: PersonState = { epoch: null, last: 0, gap: false, view: null };

/** Where `seq` is, or would be put, among entries of rising seq. */
export function placeOf(entries: readonly Entry[], seq: number): number {
  let from = 0;
  let to = entries.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((entries[middle] as Entry).seq < seq) from = middle + 1;
    else to = middle;
  }
  return from;
}

export function messageAt(state: CircleState, seq: number): Message | null {
  const found = state.entries[placeOf(state.entries, seq)];
  return found?.kind === "message" && found.seq === seq ? found : null;
}

export function toggled<T>(before: ReadonlySet<T>, one: T, on: boolean): ReadonlySet<T> {
  const now = new Set(before);
  if (on) now.add(one);
  else now.delete(one);
  return now;
}

/** All that the server had when it was asked is here. */
export function isCaughtUp({ phase, stale, last, head }: CircleState): boolean {
  return phase === "inside" && !stale && last >= head;
}
