/**
 * The fold of a circle: a state and what came in, to the next state. Pure. What was taken in before changes nothing
 * when it comes again, and what leaves a gap is not taken in: then `gap` asks for the log from `last` on.
 */
import { applyPersonal, closingFrom, type Personal, mineFrom, ownWords } from "./apply_mine.ts";
import { changeOf, changed, entryOf } from "./entry.ts";
import type { CircleView, HereDiff, Logged, Page, Watching } from "./generated/protocol.ts";
import { agreementMoved, heldAnew } from "./held.ts";
import { type CircleState, type Entry, type Message, emptyCircle, placeOf } from "./state.ts";
import { turned } from "./turns.ts";

/** What comes in about one circle, in the order it came. */
export type Incoming =
  | { readonly is: "watching"; readonly watching: Watching; readonly after: number | null }
  | ({ readonly is: "event" } & Logged)
  | { readonly is: "page"; readonly page: Page; readonly before: number }
  | { readonly is: "here"; readonly here: HereDiff }
  | { readonly is: "personal"; readonly event: Personal }
  | { readonly is: "outside" };

/** Unplaced changes are few; beyond this the oldest give way, and the page that needs them carries them anyway. */
const MOST_UNPLACED = 2_000;

/** One fold over everything that came in together. */
export function apply(state: CircleState, incoming: readonly Incoming[]): CircleState {
  const draft = new Draft(state);
  for (const item of incoming) draft.take(item);
  return draft.state;
}

class Draft {
  state: CircleState;
  /** Entries copied for this fold, so that one copy serves a whole batch. */
  private entries: Entry[] | null = null;

  constructor(state: CircleState) {
    this.state = state;
  }

  take(item: Incoming): void {
    switch (item.is) {
      case "watching":
        return this.watching(item.watching, item.after);
      case "event":
        return this.event(item);
      case "page":
        return this.page(item.page, item.before);
      case "here":
        return this.here(item.here);
      case "personal":
        return this.set(applyPersonal(this.state, item.event));
      case "outside":
        return this.restart({ ...emptyCircle(this.state.id), phase: "outside", view: this.state.view });
    }
  }

  private watching(answer: Watching, after: number | null): void {
    const { state } = this;
    const goesOn = after !== null && answer.start === after + 1 && answer.epoch === state.epoch;
    if (!goesOn) {
      const missed = answer.reason === "far" && after !== null ? answer.head - after : 0;
      this.restart({
        ...emptyCircle(state.id),
        epoch: answer.epoch,
        last: answer.start - 1,
        low: Math.max(answer.start, answer.base),
        away: missed > 0 && after !== null ? { missed, from: after } : null,
        read: state.read,
        view: state.view,
        turns: state.turns,
      });
    }
    this.set({ phase: "inside", base: answer.base, head: answer.head, stale: false, gap: false });
    if (answer.circle) this.set({ view: answer.circle });
    // What one is shown of a round is as of the head: what is read again up to there is in it.
    if (answer.mine) this.set({ ...mineFrom(this.state, answer.mine, answer.flags ?? []), turnsAsOf: answer.head });
    if (answer.participants) {
      this.set({ participants: new Map(answer.participants.map(({ id, name }) => [id, name])) });
    }
    this.set({ own: ownWords(answer.own), here: new Set(answer.here ?? []) });
    this.floor(answer.base - 1);
  }

  private event({ seq, event }: Logged): void {
    if (seq <= this.state.last || this.state.phase !== "inside") return;
    if (seq !== this.state.last + 1) return this.set({ gap: true });
    const { turns, turnsAsOf, me } = this.state;
    this.set({ last: seq, turns: seq > turnsAsOf ? turned(turns, event, me) : turns });
    const entry = entryOf(seq, event, this.state.own, this.state.participants);
    if (entry) this.copied().push(entry);
    const change = changeOf(event);
    if (change) return this.change(change.target, change.change);
    switch (event.kind) {
      case "space.changed":
        return this.set(heldAnew(this.state, event.space));
      case "words.faded":
        return this.floor(event.floor);
      case "agreement.moved":
        return this.set(agreementMoved(this.state, event));
      case "participant.entered":
        return this.set({ participants: new Map(this.state.participants).set(event.participant, event.name) });
      case "participant.left":
        return this.left(event.participant);
      case "circle.opened":
        return this.seen({ state: "open" });
      case "circle.planned":
        return this.seen({ opens_at: event.opens_at });
      case "circle.closing":
        this.seen({ state: "closing", closes_at: event.closes_at });
        return this.set(closingFrom(this.state, event));
      case "circle.stays_open":
        this.seen({ state: "open", closes_at: null, ...(event.hosted ? {} : { host: null }) });
        return this.set({ announcedClosing: false, hosting: this.state.hosting && event.hosted });
      case "circle.closed":
        return this.seen({ state: "closed", closes_at: event.at });
    }
  }

  private page(page: Page, before: number): void {
    const { state } = this;
    // A page asked for before the log began anew, or asked for twice, no longer fits what is held.
    if (page.epoch !== state.epoch || before !== state.low) return;
    const older: Entry[] = [];
    const own = ownWords(page.own);
    for (const { seq, event } of page.events) {
      // Changes in a page are passed over: messages are read as they are now.
      const entry = seq < state.low && seq >= page.base ? entryOf(seq, event, own, state.participants) : null;
      if (entry) older.push(this.placed(entry));
    }
    const low = page.events[0]?.seq ?? page.base;
    this.entries = [...older, ...this.copied()];
    const unplaced = this.state.unplaced.filter(({ target }) => target < low);
    this.set({ entries: this.entries, low, base: page.base, unplaced });
  }

  private placed(entry: Entry): Entry {
    if (entry.kind === "line") return entry;
    let message: Message = entry;
    for (const { target, change } of this.state.unplaced) {
      if (target === entry.seq) message = changed(message, change, this.state.me);
    }
    return message;
  }

  private change(target: number, change: Partial<Message>): void {
    const at = placeOf(this.state.entries, target);
    const found = this.state.entries[at];
    if (found?.seq === target && found.kind === "message") this.copied()[at] = changed(found, change, this.state.me);
    if (target >= this.state.low) return;
    this.set({ unplaced: [...this.state.unplaced, { target, change }].slice(-MOST_UNPLACED) });
  }

  /** Everything up to and including `floor` is gone. */
  private floor(floor: number): void {
    const { state } = this;
    if (floor < state.low) {
      if (floor >= state.base) this.set({ base: floor + 1 });
      return;
    }
    this.entries = state.entries.slice(placeOf(state.entries, floor + 1));
    this.set({ entries: this.entries, low: floor + 1, base: Math.max(state.base, floor + 1) });
  }

  private left(participant: string): void {
    const participants = new Map(this.state.participants);
    participants.delete(participant);
    this.set({ participants });
    this.here({ went: [participant] });
  }

  private here({ came = [], went = [] }: HereDiff): void {
    const here = new Set(this.state.here);
    for (const id of came) here.add(id);
    for (const id of went) here.delete(id);
    this.set({ here });
  }

  private seen(change: Partial<CircleView>): void {
    if (this.state.view) this.set({ view: { ...this.state.view, ...change } });
  }

  private copied(): Entry[] {
    if (this.entries === null) {
      this.entries = [...this.state.entries];
      this.set({ entries: this.entries });
    }
    return this.entries;
  }

  private restart(state: CircleState): void {
    this.state = state;
    this.entries = null;
  }

  private set(change: Partial<CircleState>): void {
    this.state = { ...this.state, ...change };
  }
}
