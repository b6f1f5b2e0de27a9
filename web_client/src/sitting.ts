/** How long somebody has been reading for panels, and when it is good to stop. Pure. */

/** After so many cases, or so long since the first of a sitting, it is time to stop. */
const ENOUGH = 5;
const LONG_ENOUGH = 20 * 60_000;

export interface Sitting {
  /** Ballots that were cast in it. */
  readonly answers: number;
  /** When the first case of it was opened; `null` before. */
  readonly began: number | null;
}

export const NO_SITTING: Sitting = { answers: 0, began: null };

/** Whether it is good to stop for today. */
export function isEnough({ answers, began }: Sitting, now: number): boolean {
  return answers >= ENOUGH || (began !== null && now - began >= LONG_ENOUGH);
}
