/** A round with a talking piece as its circle sees it: what one is shown of it, and what each event changes. Pure. */
import type { AnyEvent, MyRound, PieceAsked, RoundView } from "./generated/protocol.ts";

/** The round that is on; none is `null`. People are participant ids. */
export interface Turns {
  readonly id: string;
  readonly phase: RoundView["phase"];
  /** `null` where none was asked, or it has faded or was taken back. */
  readonly question: string | null;
  /** Who offered it; `null` where that is not told. */
  readonly by: string | null;
  /** Those who are in it, in the order of joining. */
  readonly people: readonly string[];
  /** Who has the piece. */
  readonly holder: string | null;
  /** The number of the latest turn; 0 before the first. */
  readonly turn: number;
  /** Until when everybody talks about it (ms), where that is told. */
  readonly until: number | null;
  readonly mine: Mine;
}

/** What only this person has of it. */
export interface Mine {
  /** How often the piece came to them. */
  readonly turns: number;
  /** They said that they would rather listen. */
  readonly listening: boolean;
  /** Having the piece, they are asked whether to go on. */
  readonly asked: boolean;
  /** They came after it was offered, and have not answered the card that says so. */
  readonly late: boolean;
}

/** One's own box: for anybody as ever; for oneself alone; or what is written there waits. */
export type Box = MyRound["box"];

const NEW: Mine = { turns: 0, listening: false, asked: false, late: false };

export function boxOf(turns: Turns | null, me: string): Box {
  if (turns === null || turns.holder === null) return "open";
  return turns.holder === me ? "yours" : "waits";
}

/** A round as it comes with the answer to watching. What one knows of the same round beside that is kept. */
export function turnsFrom(before: Turns | null, view: RoundView | null | undefined, mine: MyRound | null | undefined): Turns | null {
  if (view == null) return null;
  const same = before?.id === view.id ? before : null;
  return {
    id: view.id,
    phase: view.phase,
    question: view.question ?? null,
    by: view.by ?? same?.by ?? null,
    people: view.people ?? [],
    holder: view.holder ?? null,
    turn: view.turn ?? 0,
    until: view.until ?? same?.until ?? null,
    mine: {
      turns: mine?.turns ?? 0,
      listening: mine?.listening ?? false,
      asked: mine?.asked ?? false,
      late: (mine?.late ?? false) && (same === null || same.mine.late),
    },
  };
}

/** The round after an event of the circle's log; the same object where it changes nothing, as when it comes again. */
export function turned(turns: Turns | null, event: AnyEvent, me: string): Turns | null {
  if (event.kind === "round.offered") {
    if (turns?.id === event.round) return turns;
    const { round: id, by, question = null } = event;
    return { id, by, question, phase: "gathering", people: [], holder: null, turn: 0, until: null, mine: NEW };
  }
  if (turns === null) return null;
  if (event.kind === "participant.left") return without(turns, event.participant);
  if (event.kind === "message.posted") return event.by === me && turns.holder === me ? stays(turns) : turns;
  if (!("round" in event) || event.round !== turns.id) return turns;
  switch (event.kind) {
    case "round.joined":
      return event.who === me ? mineNow(joined(turns, me), { listening: false }) : joined(turns, event.who);
    case "round.stepped_out":
      return without(turns, event.who);
    case "round.began":
      return turns.phase === "gathering" ? { ...turns, phase: "going" } : turns;
    case "piece.given":
      return event.turn <= turns.turn ? turns : given(turns, event.to, event.turn, me);
    case "piece.passed":
      return turns.holder === event.by && turns.turn === event.turn ? free(turns) : turns;
    case "round.talks":
      return { ...free(turns), phase: "talk", until: event.until };
    case "round.over":
      return null;
    default:
      return turns;
  }
}

/** One's own log says that others ask whether to go on. */
export function asked(turns: Turns | null, { round, turn }: PieceAsked, me: string): Turns | null {
  if (turns === null || turns.id !== round || turns.turn !== turn || turns.holder !== me) return turns;
  return mineNow(turns, { asked: true });
}

/** The holder gave a sign: nobody asks any more. */
export function stays(turns: Turns): Turns {
  return mineNow(turns, { asked: false });
}

/** What only this person has of it is otherwise now. */
export function mineNow(turns: Turns, change: Partial<Mine>): Turns {
  const same = (Object.keys(change) as (keyof Mine)[]).every((name) => turns.mine[name] === change[name]);
  return same ? turns : { ...turns, mine: { ...turns.mine, ...change } };
}

function given(turns: Turns, holder: string, turn: number, me: string): Turns {
  const now: Turns = { ...turns, phase: "going", holder, turn };
  return mineNow(now, { asked: false, turns: turns.mine.turns + (holder === me ? 1 : 0) });
}

function free(turns: Turns): Turns {
  return mineNow({ ...turns, holder: null }, { asked: false });
}

function joined(turns: Turns, who: string): Turns {
  return turns.people.includes(who) ? turns : { ...turns, people: [...turns.people, who] };
}

function without(turns: Turns, who: string): Turns {
  return turns.people.includes(who) ? { ...turns, people: turns.people.filter((one) => one !== who) } : turns;
}
