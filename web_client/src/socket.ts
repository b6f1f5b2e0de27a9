/**
 * The one WebSocket: refs, signs of life, back-off and goodbyes. It knows nothing of circles; `live.ts` does.
 * No other file touches `WebSocket`.
 */
import type { AnyCommand, AnyFrame, Hello } from "./generated/protocol.ts";

/** Frames that are not about the connection itself. */
export type LogFrame = Exclude<AnyFrame, { hello: Hello } | { re: number | null } | { bye: unknown }>;
export type Answered =
  | { readonly ok: unknown }
  | { readonly refused: Record<string, string | number> }
  /** The connection went away before an answer: whether it was done is not known. */
  | { readonly lost: true };

export interface Handlers {
  /** Connected and greeted. */
  live(hello: Hello): void;
  frame(frame: LogFrame): void;
  /** The connection is gone and will be tried again; `greeted` says whether it had ever been live. */
  lost(greeted: boolean): void;
  /** The server asks this client to stay away, with its goodbye code. */
  stay(code: number): void;
}

/** Reconnect when nothing was heard for the server's beat and this. */
const GRACE = 10_000;
const BEAT_UNTIL_TOLD = 25_000;
/** A connection that lasted so long counts as good: the next loss starts the back-off anew. */
const STABLE = 30_000;
const BACKOFF_UNIT = 500;
const BACKOFF_MOST = 20_000;
const WATCH_EVERY = 5_000;

/** Full jitter: how long to wait before try `n` (from 0), in ms. */
export function backoff(n: number, random: () => number = Math.random): number {
  return random() * Math.min(BACKOFF_MOST, BACKOFF_UNIT * 2 ** n);
}

/** Goodbye codes after which a client does not come back by itself. */
export function staysAway(code: number): boolean {
  return code >= 4500 && code <= 4999;
}

export class Socket {
  private handlers: Handlers;
  private address: () => string;
  private ws: WebSocket | null = null;
  /** Counts connections; what an older one still says is not heard. */
  private generation = 0;
  private wanted = false;
  private greeted = false;
  private tries = 0;
  private heard = 0;
  private beat = BEAT_UNTIL_TOLD;
  private comeBackIn: number | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private stable: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private lastRef = 0;
  private asked = new Map<number, (answer: Answered) => void>();

  constructor(handlers: Handlers, address: () => string) {
    this.handlers = handlers;
    this.address = address;
  }

  get isLive(): boolean {
    return this.greeted;
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.tries = 0;
    this.open();
  }

  stop(): void {
    this.wanted = false;
    clearTimeout(this.retry);
    this.letGo(1000);
  }

  /** Try at once instead of waiting out the back-off: the network or the person is back. */
  hurry(): void {
    if (!this.wanted) return;
    if (this.ws === null) this.open();
    else if (this.silentFor() > this.beat + GRACE) this.drop();
  }

  /** How long nothing was heard, in ms. */
  silentFor(): number {
    return performance.now() - this.heard;
  }

  /** Give this connection up and make another. */
  drop(): void {
    if (this.ws !== null) this.gone(4000);
  }

  ask(command: AnyCommand): Promise<Answered> {
    if (!this.greeted || this.ws === null) return Promise.resolve({ lost: true });
    const ref = (this.lastRef = (this.lastRef % 0x7fffffff) + 1);
    const answer = new Promise<Answered>((resolve) => this.asked.set(ref, resolve));
    this.ws.send(JSON.stringify({ ...command, ref }));
    return answer;
  }

  private open(): void {
    clearTimeout(this.retry);
    const generation = ++this.generation;
    const current = (): boolean => generation === this.generation;
    this.heard = performance.now();
    this.comeBackIn = null;
    const ws = new WebSocket(this.address());
    this.ws = ws;
    ws.addEventListener("message", ({ data }: MessageEvent<string>) => {
      if (current()) this.hear(JSON.parse(data) as AnyFrame);
    });
    ws.addEventListener("close", ({ code }) => {
      if (current()) this.gone(code);
    });
    clearInterval(this.watch);
    this.watch = setInterval(() => {
      if (this.silentFor() > this.beat + GRACE) this.drop();
    }, WATCH_EVERY);
  }

  private hear(frame: AnyFrame): void {
    this.heard = performance.now();
    if ("hello" in frame) {
      this.greeted = true;
      this.beat = frame.hello.beat;
      this.stable = setTimeout(() => (this.tries = 0), STABLE);
      this.handlers.live(frame.hello);
    } else if ("re" in frame) {
      this.answer(frame.re, "ok" in frame ? { ok: frame.ok } : { refused: frame.refused });
    } else if ("bye" in frame) {
      this.comeBackIn = frame.bye.retry_after;
    } else {
      if ("heads" in frame) this.ws?.send(JSON.stringify({ do: "beat" }));
      this.handlers.frame(frame);
    }
  }

  private answer(re: number | null, answer: Answered): void {
    if (re === null) return;
    const resolve = this.asked.get(re);
    this.asked.delete(re);
    resolve?.(answer);
  }

  private gone(code: number): void {
    const { greeted, comeBackIn } = this;
    this.letGo(code);
    if (!this.wanted) return;
    if (staysAway(code)) {
      this.wanted = false;
      this.handlers.stay(code);
      return;
    }
    this.handlers.lost(greeted);
    this.retry = setTimeout(() => this.open(), comeBackIn ?? backoff(this.tries++));
  }

  private letGo(code: number): void {
    this.generation++;
    clearTimeout(this.stable);
    clearInterval(this.watch);
    const { ws } = this;
    this.ws = null;
    this.greeted = false;
    if (ws !== null && ws.readyState <= WebSocket.OPEN) ws.close(code === 1000 ? 1000 : 4000);
    const waiting = [...this.asked.values()];
    this.asked.clear();
    for (const resolve of waiting) resolve({ lost: true });
  }
}
