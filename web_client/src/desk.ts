/** One's seats on panels: taking and leaving them, reading, the ballot, what is said at the table. */
import { type ReadonlySignal, computed, signal } from "@preact/signals";
import type { CaseToRead, Desk } from "./case.ts";
import type { CastBallot, SeatView } from "./generated/protocol.ts";
import { get } from "./http.ts";
import { type Result, value } from "./result.ts";
import { seats } from "./store.ts";
import { command } from "./wire.ts";

const read = signal<Desk | null>(null);
/** The start page as the server has it, beside the seats; `null` until it was asked for. */
export const desk: ReadonlySignal<Desk | null> = read;

/** Seats that want something of their holder now. */
export const calling: ReadonlySignal<readonly SeatView[]> = computed(() =>
  seats.value.filter(({ state }) => state === "offered" || state === "reading" || state === "talk" || state === "again"),
);

export async function loadDesk(): Promise<Result> {
  const answer = await get<Desk>("/api/desk");
  if (!answer.ok) return answer;
  read.value = answer.value;
  return value(null);
}

/** What a panel reads. Asking for it is recorded. */
export function openCase(seat: string): Promise<Result<CaseToRead>> {
  return get<CaseToRead>(`/api/seats/${seat}`);
}

export function takeSeat(seat: string): Promise<Result> {
  return plainly(command({ do: "seat.take", seat }));
}

/** Not this one; no reason is asked. */
export function leaveSeat(seat: string): Promise<Result> {
  return plainly(command({ do: "seat.leave", seat }));
}

/** That was heavy: somebody else takes the case, and no seat is offered for a day. */
export function leaveHeavySeat(seat: string): Promise<Result> {
  return plainly(command({ do: "seat.heavy", seat }));
}

export function castBallot(ballot: Omit<CastBallot, "do" | "ref">): Promise<Result> {
  return plainly(command({ do: "ballot.cast", ...ballot }));
}

export function undoBallot(seat: string): Promise<Result> {
  return plainly(command({ do: "ballot.undo", seat }));
}

export function sayToPanel(seat: string, body: string): Promise<Result> {
  return plainly(command({ do: "panel.say", seat, body }));
}

/** Enough was said. */
export function readyToVote(seat: string): Promise<Result> {
  return plainly(command({ do: "panel.ready", seat }));
}

/** These flags, by number, were an attack. It counts only if all of the panel say so. */
export function markBadFaith(seat: string, flags: number[]): Promise<Result> {
  return plainly(command({ do: "faith.mark", seat, flags }));
}

async function plainly(asked: Promise<Result<unknown>>): Promise<Result> {
  const answer = await asked;
  return answer.ok ? value(null) : answer;
}
