/** Asking the server over the socket: commands as promises that outlive a lost connection for a while. */
import type { Answers, AnyCommand, Done } from "./generated/protocol.ts";
import { LOST, type Result, refusal, value } from "./result.ts";
import { type Answered, type Handlers, Socket } from "./socket.ts";

/** How long a press waits for the connection to come back before it is answered with `connection.lost`. */
const PATIENCE = 15_000;
/** Doing these twice makes two; everything else is the same done twice. */
const ONCE_ONLY: ReadonlySet<string> = new Set(["invite.make"]);
/** The server is going away or its store is out of reach for a moment; nothing is wrong with what was asked. */
const PASSING: ReadonlySet<string> = new Set(["server.closing", "storage.unavailable"]);
const A_WHILE = 1_000;

export type AnswerTo<C extends AnyCommand> = C["do"] extends keyof Answers ? Answers[C["do"]] : Done;

let handlers: Handlers | null = null;
const waiting = new Set<() => void>();

export const socket = new Socket(
  {
    live: (hello) => {
      handlers?.live(hello);
      for (const go of waiting) go();
    },
    frame: (frame) => handlers?.frame(frame),
    lost: (greeted) => handlers?.lost(greeted),
    stay: (code) => handlers?.stay(code),
  },
  () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
);

export function listen(to: Handlers): void {
  handlers = to;
}

/** One try; for callers that keep what they ask, such as the outbox. */
export function ask(asked: AnyCommand): Promise<Answered> {
  return socket.ask(asked);
}

/** Said once and not asked again, where losing it is harmless. */
export function tell(said: AnyCommand): void {
  void socket.ask(said);
}

/** Ask, and ask again after a lost connection, for as long as patience lasts. */
export async function command<C extends AnyCommand>(asked: C): Promise<Result<AnswerTo<C>>> {
  const until = performance.now() + PATIENCE;
  while (await liveBy(until)) {
    const answer = await withDeadline(socket.ask(asked), until);
    if ("ok" in answer) return value(answer.ok as AnswerTo<C>);
    if ("refused" in answer) {
      const { code, ...facts } = answer.refused;
      if (!PASSING.has(String(code))) return refusal(String(code), facts);
      await new Promise((resolve) => setTimeout(resolve, Number(facts["retry_after"] ?? A_WHILE)));
    } else if (ONCE_ONLY.has(asked.do)) return LOST;
  }
  return LOST;
}

/** True as soon as the connection is live; false when that does not happen in time. */
function liveBy(until: number): Promise<boolean> {
  const left = until - performance.now();
  if (socket.isLive && left > 0) return Promise.resolve(true);
  if (left <= 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (live: boolean) => (): void => {
      clearTimeout(timer);
      waiting.delete(go);
      resolve(live);
    };
    const go = end(true);
    const timer = setTimeout(end(false), left);
    waiting.add(go);
  });
}

function withDeadline(answer: Promise<Answered>, until: number): Promise<Answered> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ lost: true }), Math.max(0, until - performance.now()));
    void answer.then((given) => {
      clearTimeout(timer);
      resolve(given);
    });
  });
}
