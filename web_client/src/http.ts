/** Questions over HTTP, for what needs no socket or cannot have one yet. The session is in an HttpOnly cookie. */
import type { Problem } from "./generated/protocol.ts";
import { LOST, type Result, refusal, value } from "./result.ts";

const PATIENCE = 20_000;

export function get<T>(path: string): Promise<Result<T>> {
  return ask<T>(path, { method: "GET" });
}

export function send<T>(path: string, body: object): Promise<Result<T>> {
  return ask<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function ask<T>(path: string, how: RequestInit): Promise<Result<T>> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await fetch(path, { ...how, cache: "no-store", signal: patience.signal });
    const body: unknown = await answer.json();
    return answer.ok ? value(body as T) : problem(body as Partial<Problem>, answer.status);
  } catch {
    // No network, no patience, or an answer that is not JSON (a proxy's own page): all mean "not reached".
    return LOST;
  } finally {
    clearTimeout(timer);
  }
}

function problem(body: Partial<Problem>, status: number): Result<never> {
  if (typeof body.code !== "string") return status >= 500 ? LOST : refusal("request.refused", { status });
  return refusal(body.code, body.retry_after == null ? {} : { retry_after: body.retry_after });
}
