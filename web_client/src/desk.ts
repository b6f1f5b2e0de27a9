/** One's seats on panels: taking and leaving them, reading, the ballot, what is said at the table. */
import { type ReadonlySignal, computed, signal } from "@preact/signals";
import type { CaseToRead, CastBallot, Desk, SeatView } from "./generated/protocol.ts";
import { saveDraft } from "./drafts.ts";
import { get } from "./http.ts";
import { type Result, value } from "./result.ts";
import { NO_SITTING, type Sitting } from "./sitting.ts";
import { preferences, seats } from "./store.ts";
import { command } from "./wire.ts";

const read = signal<Desk | null>(null);
const opened = signal<ReadonlyMap<string, CaseToRead>>(new Map());
const now = signal(NO_SITTING);
/** What was read and answered in this tab. */
export const sitting: ReadonlySignal<Sitting> = now;
/** Seats whose ballot left everything as it is. */
const lenient = new Set<string>();

/** Single keys work on this page: off until switched on. */
export const keysOn: ReadonlySignal<boolean> = computed(() => preferences.value.desk_keys ?? false);
/** What was said is set in softer ink. */
export const quietType: ReadonlySignal<boolean> = computed(() => preferences.value.quiet_type ?? false);

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

/** The case of a seat as it was read last; undefined before it was opened. */
export function caseOf(seat: string): CaseToRead | undefined {
  return opened.value.get(seat);
}

/** Read a case, or read it again as it is now. Asking for it is recorded. */
export async function openCase(seat: string): Promise<Result> {
  const answer = await get<CaseToRead>(`/api/seats/${seat}`);
  if (!answer.ok) return answer;
  opened.value = new Map(opened.value).set(seat, answer.value);
  now.value = { ...now.value, began: now.value.began ?? Date.now() };
  return value(null);
}

/** Nothing of a case stays on the page once one has no seat at it. */
export function closeCases(but: ReadonlySet<string>): void {
  if ([...opened.value.keys()].every((seat) => but.has(seat))) return;
  opened.value = new Map([...opened.value].filter(([seat]) => but.has(seat)));
}

/** Where the marks of a seat are kept, in this tab, until its panel has decided: a ballot may be taken back. */
export function draftPlace(seat: string): string {
  return `ballot ${seat}`;
}

export function forgetMarks(seat: string): void {
  saveDraft(draftPlace(seat), { text: "", replyTo: null });
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

export async function castBallot(ballot: Omit<CastBallot, "do" | "ref">): Promise<Result> {
  const answer = await plainly(command({ do: "ballot.cast", ...ballot }));
  if (!answer.ok) return answer;
  now.value = { ...now.value, answers: now.value.answers + 1 };
  if ((ballot.person ?? 0) > 0 || ballot.messages.some(({ content }) => content > 0)) lenient.delete(ballot.seat);
  else lenient.add(ballot.seat);
  return answer;
}

/** Whether this seat answered that everything stays as it is. */
export function leftAll(seat: string): boolean {
  return lenient.has(seat);
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
