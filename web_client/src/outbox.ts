/**
 * Words on their way. Each press makes an entry with a key that it keeps; entries of one circle go one after the
 * other, and the key makes sure that each is there once whatever breaks in between. Only the person throws one away.
 */
import { PLAIN } from "./entries.ts";
import type { PostMessage } from "./generated/protocol.ts";
import { freshKey } from "./key.ts";
import type { Answered } from "./socket.ts";
import type { Facts, OutboxEntry } from "./store.ts";

/** What the outbox needs of the world. */
export interface Surroundings {
  ask(command: PostMessage): Promise<Answered>;
  isLive(): boolean;
  /** The circle's log is being followed, so that what was sent comes back in it. */
  isFollowed(circle: string): boolean;
  /** As far as one knows, somebody else has the piece there. */
  isElsewhere(circle: string): boolean;
  /** Entries changed: show and keep them. */
  changed(entries: readonly OutboxEntry[]): void;
  now(): number;
  after(ms: number, then: () => void): void;
}

/** How long to wait where a refusal that passes by itself does not say. */
const A_WHILE = 5_000;
const AT_LEAST = 200;
/** Words that wait for a round are woken by what happens in it; should that be lost, they ask again by themselves. */
const LONG = 120_000;
/** Refusals that end by themselves: the words stay in line. */
const PASSING: Readonly<Record<string, OutboxEntry["why"]>> = {
  "rate.limited": "pace",
  "circle.waiting": "circle",
  "server.closing": "connection",
  "storage.unavailable": "connection",
  "round.newer": "connection",
};
const NO_FACTS: Facts = {};

export class Outbox {
  private around: Surroundings;
  private entries: readonly OutboxEntry[] = [];
  /** What circles wait for: a pace, a breath, the piece. Each rest is another, so that none is ended by an earlier's timer. */
  private resting = new Map<string, { readonly why: OutboxEntry["why"] }>();

  constructor(around: Surroundings) {
    this.around = around;
  }

  /** Take up entries that were kept over a reload. */
  restore(kept: readonly OutboxEntry[]): void {
    this.set(kept.filter(({ state }) => state !== "sent").map((entry) => (entry.state === "refused" ? entry : wait(entry))));
    this.pump();
  }

  add(circle: string, body: string, replyTo: number | null, topic: string | null = null, manner = PLAIN): string {
    const key = freshKey();
    const entry: OutboxEntry = {
      key,
      circle,
      topic,
      body,
      replyTo,
      manner,
      at: this.around.now(),
      state: "waiting",
      why: null,
      code: null,
      facts: NO_FACTS,
      seq: null,
    };
    this.set([...this.entries, entry]);
    this.pump();
    return key;
  }

  /** Once more, as the last in line; the key stays unless the words changed. */
  retry(key: string, body?: string): void {
    const found = this.find(key);
    if (found?.state !== "refused") return;
    const changed = body !== undefined && body !== found.body;
    const again = { ...wait(found), body: body ?? found.body, key: changed ? freshKey() : key, at: this.around.now() };
    this.set([...this.entries.filter((entry) => entry !== found), again]);
    this.pump();
  }

  remove(key: string): void {
    this.set(this.entries.filter((entry) => entry.key !== key));
    this.pump();
  }

  /** Take words that still wait out of the line, to write on; `null` where they are on their way by now. */
  take(key: string): OutboxEntry | null {
    const found = this.find(key);
    if (found?.state !== "waiting") return null;
    this.remove(key);
    return found;
  }

  clear(): void {
    this.resting.clear();
    this.set([]);
  }

  /**
   * A circle's log moved on: what is in it needs no row of the outbox any more.
   * `keys` are those of one's own messages that just came, `last` is the newest seq taken in.
   */
  settle(circle: string, keys: ReadonlySet<string>, last: number): void {
    const left = this.entries.filter(
      (entry) => entry.circle !== circle || !(keys.has(entry.key) || (entry.seq !== null && entry.seq <= last)),
    );
    if (left.length === this.entries.length) return;
    this.set(left);
    this.pump();
  }

  /** Send what may be sent; called whenever something may have changed. */
  pump(): void {
    const live = this.around.isLive();
    const busy = new Set<string>(this.resting.keys());
    for (const entry of this.entries) if (entry.state === "sending") busy.add(entry.circle);
    for (const entry of this.entries) {
      if (entry.state !== "waiting") continue;
      if (!live) this.change(entry.key, { why: "connection" });
      else if (!busy.has(entry.circle)) {
        busy.add(entry.circle);
        void this.send(entry);
      } else this.change(entry.key, { why: this.resting.get(entry.circle)?.why ?? "turn" });
    }
  }

  /** The piece is with oneself or with nobody: what waited for that goes. */
  wake(circle: string): void {
    if (this.resting.get(circle)?.why !== "round") return;
    this.resting.delete(circle);
    this.pump();
  }

  private async send(entry: OutboxEntry): Promise<void> {
    const { key, circle, body, replyTo, manner } = entry;
    this.change(key, { state: "sending", why: null });
    const answer = await this.around.ask({ do: "message.post", circle, key, body, reply_to: replyTo, ...(manner === PLAIN ? {} : manner) });
    if (this.find(key)?.state === "sending") this.answered(entry, answer);
    this.pump();
  }

  private answered({ key, circle }: OutboxEntry, answer: Answered): void {
    if ("lost" in answer) return this.change(key, { state: "waiting", why: "connection" });
    if ("ok" in answer) {
      const { seq } = answer.ok as { seq?: number | null };
      if (!this.around.isFollowed(circle)) return this.remove(key);
      return this.change(key, { state: "sent", seq: seq ?? null });
    }
    const { code: named, ...facts } = answer.refused;
    const code = String(named);
    const why = facts["why"] === "round" ? "round" : PASSING[code];
    if (!why) return this.change(key, { state: "refused", code, facts });
    this.change(key, { state: "waiting", why, code, facts });
    const rest = { why };
    this.resting.set(circle, rest);
    const long = why === "round" && this.around.isElsewhere(circle) ? LONG : this.pause(facts);
    this.around.after(long, () => {
      if (this.resting.get(circle) === rest) this.resting.delete(circle);
      this.pump();
    });
  }

  private pause(facts: Facts): number {
    const { retry_after: ms, until } = facts;
    if (typeof ms === "number") return Math.max(AT_LEAST, ms);
    if (typeof until === "number") return Math.max(AT_LEAST, Math.min(until - this.around.now(), A_WHILE));
    return A_WHILE;
  }

  private find(key: string): OutboxEntry | undefined {
    return this.entries.find((entry) => entry.key === key);
  }

  private change(key: string, change: Partial<OutboxEntry>): void {
    const found = this.find(key);
    if (!found || Object.entries(change).every(([name, to]) => found[name as keyof OutboxEntry] === to)) return;
    this.set(this.entries.map((entry) => (entry === found ? { ...found, ...change } : entry)));
  }

  private set(entries: readonly OutboxEntry[]): void {
    this.entries = entries;
    this.around.changed(entries);
  }
}

function wait(entry: OutboxEntry): OutboxEntry {
  return { ...entry, state: "waiting", why: "connection", code: null, facts: NO_FACTS, seq: null };
}
