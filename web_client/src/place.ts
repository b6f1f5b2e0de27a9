/** Who one is: coming in, keeping one's place, signing out, forgetting. */
import type {
  Me,
  OfferedName,
  Preferences,
  RecoveryWords,
  SessionView,
  Sessions,
} from "./generated/protocol.ts";
import { get, send } from "./http.ts";
import { connectAgain, forgetPerson, signedOut } from "./live.ts";
import { LOST, type Result, value } from "./result.ts";
import { backoff } from "./socket.ts";
import { me, person, preferences, unreachable } from "./store.ts";
import { command } from "./wire.ts";

const AT_LEAST = 1_000;

let tries = 0;
let again: ReturnType<typeof setTimeout> | undefined;

/** Ask who one is; done at the start, and again and again (or by "Try again") while `unreachable`. */
export async function loadMe(): Promise<Result<Me>> {
  clearTimeout(again);
  const answer = await get<Me>("/api/me");
  unreachable.value = !answer.ok && me.value === null;
  if (unreachable.value) again = setTimeout(loadMe, AT_LEAST + backoff(tries++));
  if (!answer.ok) return answer;
  tries = 0;
  // What was written in this tab belongs to somebody who is not here any more.
  if (answer.value.name == null) forgetPerson();
  me.value = answer.value;
  return answer;
}

/** Another name to begin with ("Another"). */
export async function offerName(): Promise<Result<string>> {
  const answer = await get<OfferedName>("/api/names");
  return answer.ok ? value(answer.value.name) : answer;
}

export function comeIn(name: string): Promise<Result<Me>> {
  return arrive(send<Me>("/api/come-in", { name }));
}

export function signIn(signInName: string, passphrase: string, stay: boolean): Promise<Result<Me>> {
  return arrive(send<Me>("/api/sign-in", { sign_in_name: signInName, passphrase, remember: stay }));
}

/** Come back by recovery words. The value is the new words, shown once: they replace the ones just used. */
export async function recover(signInName: string, recoveryWords: string, newPassphrase: string): Promise<Result<string>> {
  const body = { sign_in_name: signInName, recovery_words: recoveryWords, new_passphrase: newPassphrase };
  const answer = await send<RecoveryWords>("/api/recover", body);
  if (!answer.ok) return answer;
  forgetPerson();
  await loadMe();
  return value(answer.value.recovery_words);
}

/** Make a sign-in name and passphrase. The value is the recovery words, shown once. */
export async function keepPlace(signInName: string, passphrase: string): Promise<Result<string>> {
  const answer = await send<RecoveryWords>("/api/keep-place", { sign_in_name: signInName, passphrase });
  if (!answer.ok) return answer;
  await loadMe();
  return value(answer.value.recovery_words);
}

/** Ends every other session at once. */
export function changePassphrase(passphrase: string, newPassphrase: string): Promise<Result<Me>> {
  return become(send<Me>("/api/passphrase", { passphrase, new_passphrase: newPassphrase }));
}

/** Whether this browser keeps the place after it is closed. */
export function remember(on: boolean): Promise<Result<Me>> {
  return become(send<Me>("/api/remember", { remember: on }));
}

/** Sign out here: what was written on this phone is wiped, then the welcome is shown. */
export function signOut(): Promise<Result<Me>> {
  return end(send<Me>("/api/sign-out", {}));
}

export function signOutEverywhere(): Promise<Result<Me>> {
  return end(send<Me>("/api/sign-out-everywhere", {}));
}

export async function sessions(): Promise<Result<readonly SessionView[]>> {
  const answer = await get<Sessions>("/api/sessions");
  return answer.ok ? value(answer.value.sessions) : answer;
}

/** The value is what is left. */
export async function endSession(session: string): Promise<Result<readonly SessionView[]>> {
  const answer = await send<Sessions>("/api/sessions/end", { session });
  return answer.ok ? value(answer.value.sessions) : answer;
}

/** Erase the person and everything they said. Cannot be undone; ask first. */
export async function forgetMe(): Promise<Result<Me>> {
  const answer = await command({ do: "person.forget", sure: true });
  if (!answer.ok) return answer;
  signedOut();
  return loadMe();
}

/** Change some preferences. They show at once, and go back if the server refuses them. */
export async function setPreferences(change: Partial<Preferences>): Promise<Result> {
  const view = person.value.view;
  if (view === null) return LOST;
  const before = preferences.value;
  const wanted = { ...before, ...change };
  person.value = { ...person.value, view: { ...view, preferences: wanted } };
  const answer = await command({ do: "preferences.set", preferences: wanted });
  const now = person.value.view;
  if (answer.ok) return value(null);
  if (now?.preferences === wanted) person.value = { ...person.value, view: { ...now, preferences: before } };
  return answer;
}

/** Take the place back from another tab ("open in another tab · Use here"). */
export function useHere(): void {
  connectAgain();
}

/** Somebody is here now: whoever was before leaves nothing behind. */
async function arrive(asked: Promise<Result<Me>>): Promise<Result<Me>> {
  const answer = await asked;
  if (!answer.ok) return answer;
  forgetPerson();
  me.value = null;
  me.value = answer.value;
  return answer;
}

async function become(asked: Promise<Result<Me>>): Promise<Result<Me>> {
  const answer = await asked;
  if (answer.ok) me.value = answer.value;
  return answer;
}

async function end(asked: Promise<Result<Me>>): Promise<Result<Me>> {
  const answer = await asked;
  if (!answer.ok && answer.refused.code !== "session.none") return answer;
  signedOut();
  if (answer.ok) me.value = answer.value;
  else await loadMe();
  return answer;
}
