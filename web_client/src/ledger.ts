/**
 * Keeps the last head of the public record and sees to it that what is published only grows: a shorter record, or one
 * in which an earlier entry differs, was changed afterwards. Kept are a number and a hash, nothing else: for as long as
 * the tab lives, or, where the browser was asked to remember its place, until that ends.
 */
import type { LedgerEntry, LedgerHead, LedgerPage } from "./generated/protocol.ts";
import { get } from "./http.ts";
import { me, recordChanged, recordHead } from "./store.ts";

const KEPT = "public record";
const PAGES_AT_ONCE = 20;
const AGAIN = 3_600_000;
/** A server beside the one that was asked before may be a second behind it. */
const BEHIND = 3_000;
const HEX = /^[0-9a-f]{64}$/;
const NOTHING: LedgerHead = { seq: 0, hash: "0".repeat(64) };

/** `grown` leads to a later head; `behind` has not the kept one yet; `changed` contradicts it. */
export type Found = { readonly is: "grown"; readonly head: LedgerHead } | { readonly is: "behind" | "changed" };

/**
 * Follow entries from a kept head on. The first of them is the kept head's own, where there is one. `digest` gives the
 * SHA-256 in hexadecimal digits; without it (no secure context) only what the entries say of each other is compared.
 */
export async function follow(
  kept: LedgerHead,
  entries: readonly LedgerEntry[],
  digest: ((bytes: Uint8Array<ArrayBuffer>) => Promise<string>) | null,
): Promise<Found> {
  let head = kept;
  if (kept.seq > 0) {
    const own = entries[0];
    if (own === undefined) return { is: "behind" };
    if (own.seq !== kept.seq || own.hash !== kept.hash || (await lies(own, digest))) return { is: "changed" };
  }
  for (const entry of kept.seq > 0 ? entries.slice(1) : entries) {
    const follows = entry.seq === head.seq + 1 && entry.prev === head.hash;
    if (!follows || (await lies(entry, digest))) return { is: "changed" };
    head = { seq: entry.seq, hash: entry.hash };
  }
  return { is: "grown", head };
}

/** Names sorted, no blanks: the bytes that were hashed. Entries hold whole numbers, ASCII, truth, null and objects. */
export function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const named = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${named.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(",")}}`;
}

async function lies(entry: LedgerEntry, digest: Parameters<typeof follow>[2]): Promise<boolean> {
  if (digest === null || !HEX.test(entry.prev)) return !HEX.test(entry.prev);
  const { hash, ...rest } = entry;
  const text = new TextEncoder().encode(canonical(rest));
  const bytes = new Uint8Array(text.length + 32);
  bytes.set(text);
  bytes.set(Uint8Array.from(entry.prev.match(/../g) ?? [], (two) => parseInt(two, 16)), text.length);
  return (await digest(bytes)) !== hash;
}

/** From when it is known on whether this browser is to remember anything. */
export function startLedger(): void {
  me.subscribe((now) => {
    if (now !== null) void look();
  });
  setInterval(() => void look(), AGAIN);
}

/** What is published now is taken as it is, once somebody has read that it was changed. */
export function acceptRecord(): void {
  recordChanged.value = false;
  keep(null);
  void look();
}

async function look(patient = true): Promise<void> {
  const asked = await get<LedgerHead>("/api/ledger/head");
  if (!asked.ok || recordChanged.value || me.value === null) return;
  const kept = read();
  // Whoever comes for the first time has nothing to compare: from here on they have.
  const found = kept === null ? { is: "grown" as const, head: asked.value } : await compare(kept, asked.value);
  if (found === null) return;
  if (found.is === "grown") {
    keep(found.head);
    recordHead.value = found.head;
  } else if (found.is === "behind" && patient) {
    setTimeout(() => void look(false), BEHIND);
  } else {
    recordChanged.value = true;
  }
}

/** `null` where the record could not be read. */
async function compare(kept: LedgerHead, now: LedgerHead): Promise<Found | null> {
  if (now.seq < kept.seq) return { is: "behind" };
  if (now.seq === kept.seq) return now.hash === kept.hash ? { is: "grown", head: kept } : { is: "changed" };
  let head = kept;
  for (let page = 0; page < PAGES_AT_ONCE && head.seq < now.seq; page += 1) {
    const more = await get<LedgerPage>(`/api/ledger?after=${Math.max(head.seq - 1, 0)}`);
    if (!more.ok) return null;
    const found = await follow(head, more.value.entries, crypto.subtle ? sha256 : null);
    if (found.is !== "grown") return found;
    if (found.head.seq === head.seq) break;
    head = found.head;
  }
  return { is: "grown", head };
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hashed = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hashed, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Where storage is refused, as in some private windows, every start is a first one. */
function read(): LedgerHead | null {
  try {
    const [seq = "", hash = ""] = (lasting().getItem(KEPT) ?? sessionStorage.getItem(KEPT) ?? "").split(":");
    return /^\d{1,16}$/.test(seq) && HEX.test(hash) ? { seq: Number(seq), hash } : null;
  } catch {
    return null;
  }
}

function keep(head: LedgerHead | null): void {
  try {
    lasting().removeItem(KEPT);
    sessionStorage.removeItem(KEPT);
    const place = me.value?.remembered ? lasting() : sessionStorage;
    if (head !== null && head.seq > NOTHING.seq) place.setItem(KEPT, `${head.seq}:${head.hash}`);
  } catch {
    // As above.
  }
}

/** The one thing that outlives the tab: only where the browser was asked to remember, and it tells of nobody. */
function lasting(): Storage {
  // oxlint-disable-next-line no-restricted-properties
  return localStorage;
}
