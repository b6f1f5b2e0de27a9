/** Rounds with a talking piece: what one asks of them. What is pressed twice is done once. */
import { effect } from "@preact/signals";
import { patchCircle } from "./intake.ts";
import { type Result, value } from "./result.ts";
import { hold, outbox } from "./store.ts";
import { type Mine, type Turns, boxOf, mineNow } from "./turns.ts";
import { command, tell } from "./wire.ts";

/** A sign of the holder's is noted at most so often. */
const SIGN_EVERY = 20_000;
/** Passing waits at most so long for words that are on their way. */
const WORDS_AT_MOST = 10_000;

export interface Offer {
  /** Made when the form came up: however often it is pressed, it is one offer. */
  readonly key: string;
  /** "" asks none. */
  readonly question: string;
  /** Whoever offers it joins it. */
  readonly joins: boolean;
  /** There is time to talk about it afterwards. */
  readonly talk: boolean;
}

/** When the last sign was told, by circle and turn. */
let told = { turn: "", at: 0 };

export async function offerRound(circle: string, offer: Offer): Promise<Result> {
  return plainly(await command({ do: "round.offer", circle, ...offer }));
}

export async function joinRound(circle: string, round: string): Promise<Result> {
  return mineAfter(circle, round, await command({ do: "round.join", circle, round }), { listening: false, late: false });
}

/** Nobody is told; once it is going it only puts the card for those who come late away. */
export async function listenToRound(circle: string, round: string): Promise<Result> {
  return mineAfter(circle, round, await command({ do: "round.listen", circle, round }), { listening: true, late: false });
}

export async function stepOut(circle: string, round: string): Promise<Result> {
  return plainly(await command({ do: "round.step_out", circle, round }));
}

/** It begins at once where one offered it, else with a second person. */
export async function beginRound(circle: string, round: string): Promise<Result> {
  return plainly(await command({ do: "round.begin", circle, round }));
}

/** Have the holder asked whether to go on; it takes a second person. */
export async function askHolder(circle: string, round: string): Promise<Result> {
  return plainly(await command({ do: "piece.ask", circle, round }));
}

export async function layDown(circle: string, round: string): Promise<Result> {
  return plainly(await command({ do: "round.lay_down", circle, round }));
}

/** Give the piece on, after all that one has said has gone. */
export async function passPiece(circle: string, { id: round, turn }: Turns, silent: boolean): Promise<Result> {
  await wordsGone(circle);
  return plainly(await command({ do: "piece.pass", circle, round, turn, silent }));
}

/** Give the piece on, and have it once more at the end. */
export async function comeBackToMe(circle: string, { id: round, turn }: Turns): Promise<Result> {
  await wordsGone(circle);
  return plainly(await command({ do: "piece.come_back", circle, round, turn }));
}

/** I need a while longer. */
export async function stayWithPiece(circle: string, { id: round, turn }: Turns): Promise<Result> {
  return mineAfter(circle, round, await command({ do: "piece.stay", circle, round, turn }), { asked: false });
}

/** Call on every change of the box: who has the piece is heard of while they write, whether others are told or not. */
export function signOfLife(circle: string): void {
  const { turns, me } = hold(circle).state.peek();
  if (turns === null || boxOf(turns, me) !== "yours") return;
  const { id: round, turn, mine } = turns;
  const which = `${circle} ${round} ${turn}`;
  const now = Date.now();
  if (told.turn === which && now - told.at < SIGN_EVERY && !mine.asked) return;
  told = { turn: which, at: now };
  tell({ do: "piece.stay", circle, round, turn });
  patch(circle, round, { asked: false });
}

function mineAfter(circle: string, round: string, answer: Result<unknown>, change: Partial<Mine>): Result {
  if (answer.ok) patch(circle, round, change);
  return plainly(answer);
}

function patch(circle: string, round: string, change: Partial<Mine>): void {
  const { turns } = hold(circle).state.peek();
  if (turns?.id !== round) return;
  const now = mineNow(turns, change);
  if (now !== turns) patchCircle(circle, { turns: now });
}

/** Until nothing said in this circle is on its way any more: or it would come after the piece has gone on, and wait. */
function wordsGone(circle: string): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, WORDS_AT_MOST);
    const stop = effect(() => {
      const left = outbox.value.some((entry) => entry.circle === circle && isOnItsWay(entry));
      if (!left) queueMicrotask(end);
    });
    function end(): void {
      clearTimeout(timer);
      stop();
      resolve();
    }
  });
}

function isOnItsWay({ state, why }: (typeof outbox.value)[number]): boolean {
  return state === "sending" || (state === "waiting" && (why === null || why === "turn" || why === "connection"));
}

function plainly(answer: Result<unknown>): Result {
  return answer.ok ? value(null) : answer;
}
