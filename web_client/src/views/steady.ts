import type { MessageRow, Row } from "../timeline.ts";

/**
 * The rows now, with every row that says the same as before being the same object: so that a message that arrives
 * draws itself and none of the three hundred others.
 */
export function steady(before: ReadonlyMap<string, Row>, now: readonly Row[]): Row[] {
  return now.map((row) => {
    const old = before.get(row.id);
    return old && same(old, row) ? old : row;
  });
}

export function byId(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function same(old: Row, row: Row): boolean {
  if (old.kind !== row.kind) return false;
  if (old.kind !== "message" || row.kind !== "message") return shallow(old, row);
  return shallow({ ...old, quote: null }, { ...row, quote: null }) && sameQuote(old.quote, row.quote);
}

function sameQuote(old: MessageRow["quote"], now: MessageRow["quote"]): boolean {
  return old === now || (old !== null && now !== null && shallow(old, now));
}

function shallow<T extends object>(old: T, now: T): boolean {
  return (Object.keys(now) as (keyof T)[]).every((name) => old[name] === now[name]);
}
