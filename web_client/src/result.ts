/** What an action answers. A refusal is a value with a code that the words know; actions do not throw for one. */
import type { Facts } from "./store.ts";

export type Result<T = null> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refused: Refusal };

export interface Refusal {
  /** A dotted noun from the server, or one of this client: `connection.lost`. */
  readonly code: string;
  /** E.g. `retry_after` in milliseconds. */
  readonly facts: Facts;
}

export const DONE: Result = { ok: true, value: null };
export const LOST: { readonly ok: false; readonly refused: Refusal } = {
  ok: false,
  refused: { code: "connection.lost", facts: {} },
};

export function value<T>(of: T): Result<T> {
  return { ok: true, value: of };
}

export function refusal(code: string, facts: Facts = {}): { readonly ok: false; readonly refused: Refusal } {
  return { ok: false, refused: { code, facts } };
}
