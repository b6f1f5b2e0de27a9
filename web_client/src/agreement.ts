/** What a circle agrees on: reading it, and changing it together. */
import { type ReadonlySignal, effect, signal } from "@preact/signals";
import type { AgreementBook } from "./generated/protocol.ts";
import { get } from "./http.ts";
import { patchCircle } from "./intake.ts";
import { type Result, value } from "./result.ts";
import { hold, signedIn } from "./store.ts";
import { command } from "./wire.ts";

/** A change that somebody is writing; it stays until it is proposed or given up, whatever is closed meanwhile. */
export interface Wording {
  readonly text: string;
  readonly keepFor: number;
}

const read = signal<ReadonlyMap<string, AgreementBook>>(new Map());
const written = signal<ReadonlyMap<string, Wording>>(new Map());
/** By circle, as it was read last. */
export const books: ReadonlySignal<ReadonlyMap<string, AgreementBook>> = read;
export const wordings: ReadonlySignal<ReadonlyMap<string, Wording>> = written;

/** Read it anew. What the circle's own screen shows of it follows. */
export async function readAgreement(circle: string): Promise<Result<AgreementBook>> {
  const answer = await get<AgreementBook>(`/api/circles/${circle}/agreement`);
  if (!answer.ok) return answer;
  const book = answer.value;
  read.value = new Map(read.value).set(circle, book);
  const { now } = book;
  const { view } = hold(circle).state.value;
  if (view !== null && view.agreement_version !== now.version) {
    patchCircle(circle, {
      view: { ...view, agreement: now.text, agreement_version: now.version, keep_for: now.keep_for },
    });
  }
  return answer;
}

export function writeWording(circle: string, wording: Wording | null): void {
  const now = new Map(written.value);
  if (wording === null) now.delete(circle);
  else now.set(circle, wording);
  written.value = now;
}

export async function propose(circle: string, version: number, { text, keepFor }: Wording): Promise<Result> {
  return followed(circle, await command({ do: "agreement.propose", circle, version, text, keep_for: keepFor }));
}

export async function reword(circle: string, matter: string, { text, keepFor }: Wording): Promise<Result> {
  return followed(circle, await command({ do: "agreement.reword", circle, matter, text, keep_for: keepFor }));
}

export async function takeBackProposal(circle: string, matter: string): Promise<Result> {
  return followed(circle, await command({ do: "agreement.take_back", circle, matter }));
}

export async function objectTo(circle: string, matter: string, revision: number, reason: string): Promise<Result> {
  return followed(circle, await command({ do: "agreement.object", circle, matter, revision, reason }));
}

export async function consentTo(circle: string, matter: string, revision: number): Promise<Result> {
  return followed(circle, await command({ do: "agreement.consent", circle, matter, revision }));
}

/** Take back what one answered. */
export async function clearAnswer(circle: string, matter: string): Promise<Result> {
  return followed(circle, await command({ do: "agreement.clear", circle, matter }));
}

/** Another person may sit here next. */
effect(() => {
  if (signedIn.value) return;
  read.value = new Map();
  written.value = new Map();
});

/** Whether it was done or not: how it stands is read anew, since somebody else may have changed it meanwhile. */
async function followed(circle: string, answer: Result<unknown>): Promise<Result> {
  await readAgreement(circle);
  return answer.ok ? value(null) : answer;
}
