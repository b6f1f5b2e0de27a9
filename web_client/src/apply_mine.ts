/** The part of the fold that is one's own: what only this person sees of a circle, and one's own place. Pure. */
import type {
  AsideSet,
  CarryNoted,
  CircleClosing,
  FlagMoved,
  Gesture,
  GestureGiven,
  GestureMade,
  GestureUndone,
  GivenGesture,
  HostingAsked,
  HostingChanged,
  Letter,
  Logged,
  MyCircle,
  MyFlag,
  OwnWords,
  PauseMoved,
  PieceAsked,
  ReceivedGesture,
  SeatView,
  Watching,
} from "./generated/protocol.ts";
import { type CircleState, type PersonState, USUAL, toggled } from "./state.ts";
import { asked, turnsFrom } from "./turns.ts";

/** Events of a person's log that belong to one circle. */
export type Personal = GestureMade | GestureUndone | GestureGiven | AsideSet | HostingChanged | HostingAsked | CarryNoted | FlagMoved | PieceAsked;

/** What only this person sees of a circle, as it came with the answer to watching it. */
export function mineFrom(state: CircleState, mine: MyCircle, flags: readonly MyFlag[]): Partial<CircleState> {
  return {
    me: mine.participant,
    hosting: mine.hosting ?? false,
    announcedClosing: mine.announced_closing ?? false,
    carry: mine.carried ?? null,
    carriedAt: mine.carried_at ?? null,
    askedToHold: mine.asked_to_hold ?? 0,
    invites: mine.invites ?? [],
    read: Math.max(state.read, mine.read ?? 0),
    aside: new Set(mine.aside ?? []),
    given: givenBy(mine.given ?? []),
    answered: answersTo(mine.received ?? []),
    space: mine.space ?? USUAL,
    wished: new Set(mine.wished ?? []),
    matter: mine.matter ?? null,
    consented: mine.consented ?? false,
    turns: turnsFrom(state.turns, mine.round, mine.my_round),
    flags: new Map(flags.map(({ target, status }) => [target, status])),
  };
}

/** Each may come again and changes nothing then. */
export function applyPersonal(state: CircleState, event: Personal): Partial<CircleState> {
  switch (event.kind) {
    case "gesture.made":
    case "gesture.undone":
      return { answered: answered(state, event) };
    case "gesture.given":
      return { given: withGiven(state.given, event) };
    case "aside.was_set":
      return { aside: toggled(state.aside, event.participant, event.on) };
    case "hosting.asked":
      return { askedToHold: event.until ?? 0 };
    case "carry.noted":
      if (event.shown != null) return { carriedAt: event.shown };
      return { carry: event.given ? (event.words ?? "") : null };
    case "hosting.changed":
      return { hosting: event.on, announcedClosing: state.announcedClosing && event.on };
    case "flag.moved":
      return { flags: new Map(state.flags).set(event.target, event.status) };
    case "piece.asked":
      return { turns: asked(state.turns, event, state.me) };
  }
}

/** The closing is announced; or its time has come, and it waits for a round. */
export function closingFrom({ hosting, carry }: CircleState, event: CircleClosing): Partial<CircleState> {
  const waits = event.waits ?? false;
  return { announcedClosing: hosting && !(event.together ?? false), closingWaits: waits, carry: waits ? carry : null };
}

/** The answer to watching one's own log. */
export function applyPlace(state: PersonState, answer: Watching, after: number | null): PersonState {
  const goesOn = after !== null && answer.start === after + 1 && answer.epoch === state.epoch;
  return {
    epoch: answer.epoch,
    last: goesOn ? state.last : answer.start - 1,
    gap: false,
    view: answer.person ?? state.view,
  };
}

/** The next event of one's own log. */
export function applyPersonEvent(state: PersonState, { seq, event }: Logged): PersonState {
  if (seq <= state.last || state.view === null) return state;
  if (seq !== state.last + 1) return { ...state, gap: true };
  const next = { ...state, last: seq };
  const { view } = state;
  const circles = view.circles ?? [];
  const letters = view.letters ?? [];
  switch (event.kind) {
    case "circle.joined":
      if (circles.includes(event.circle)) return next;
      return { ...next, view: { ...view, circles: [...circles, event.circle] } };
    case "circle.parted":
      return { ...next, view: { ...view, circles: circles.filter((id) => id !== event.circle) } };
    case "preferences.changed":
      return { ...next, view: { ...view, preferences: event.preferences ?? view.preferences } };
    case "letter.came":
      return { ...next, view: { ...view, letters: withLetter(letters, event.letter) } };
    case "letter.dismissed":
      return { ...next, view: { ...view, letters: letters.filter(({ id }) => id !== event.letter) } };
    case "seat.moved":
      return { ...next, view: { ...view, seats: withSeat(view.seats ?? [], event.seat) } };
    case "reviewing.changed":
      return { ...next, view: { ...view, reviewing: event.reviewing ?? null } };
    case "care.now":
      return { ...next, view: { ...view, care: event } };
    case "pause.moved":
      return { ...next, view: { ...view, pauses: withPause(view.pauses ?? [], event) } };
    default:
      return next;
  }
}

/** A letter may come again, when its reader may do something else with it than before. */
function withLetter(letters: readonly Letter[], letter: Letter): Letter[] {
  const has = letters.some(({ id }) => id === letter.id);
  return has ? letters.map((one) => (one.id === letter.id ? letter : one)) : [...letters, letter];
}

/** Seats in the order in which they were offered; one that is gone is gone. */
function withSeat(seats: readonly SeatView[], seat: SeatView): SeatView[] {
  if (seat.state === "gone") return seats.filter(({ id }) => id !== seat.id);
  const has = seats.some(({ id }) => id === seat.id);
  return has ? seats.map((one) => (one.id === seat.id ? seat : one)) : [...seats, seat];
}

/** One for each circle, and one for everywhere; a pause that is over is none. */
function withPause(pauses: readonly PauseMoved[], pause: PauseMoved): PauseMoved[] {
  const others = pauses.filter(({ circle }) => (circle ?? "") !== (pause.circle ?? ""));
  return pause.until == null ? others : [...others, pause];
}

export function ownWords(words: readonly OwnWords[] = []): ReadonlyMap<number, string> {
  return new Map(words.map(({ target, body }) => [target, body]));
}

function givenBy(gestures: readonly GivenGesture[]): ReadonlyMap<number, ReadonlySet<Gesture>> {
  const given = new Map<number, Set<Gesture>>();
  for (const { target, gesture } of gestures) given.set(target, (given.get(target) ?? new Set()).add(gesture));
  return given;
}

function answersTo(gestures: readonly ReceivedGesture[]): ReadonlyMap<number, readonly ReceivedGesture[]> {
  const answers = new Map<number, ReceivedGesture[]>();
  for (const one of gestures) answers.set(one.target, [...(answers.get(one.target) ?? []), one]);
  return answers;
}

function answered(
  { answered: before }: CircleState,
  event: GestureMade | GestureUndone,
): ReadonlyMap<number, readonly ReceivedGesture[]> {
  const others = (before.get(event.target) ?? []).filter(
    ({ by, gesture }) => by !== event.by || gesture !== event.gesture,
  );
  const { target, by, gesture } = event;
  const now = event.kind === "gesture.made" ? [...others, { target, by, name: event.name, gesture }] : others;
  return new Map(before).set(target, now);
}

function withGiven(
  before: ReadonlyMap<number, ReadonlySet<Gesture>>,
  { target, gesture, on }: GestureGiven,
): ReadonlyMap<number, ReadonlySet<Gesture>> {
  return new Map(before).set(target, toggled(before.get(target) ?? new Set(), gesture, on));
}
