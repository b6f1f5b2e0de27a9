/**
 * Being told while no page is open, through the maker of the browser. Asked for by a press, never by itself; what
 * comes is empty, so that its maker learns nothing but that something came.
 */
import { effect, signal } from "@preact/signals";
import type { PushKey } from "./generated/protocol.ts";
import { get, send } from "./http.ts";
import { type Result, refusal, value } from "./result.ts";
import { me, signedIn } from "./store.ts";

/** `none`: this browser or this server cannot; `refused`: the person said no to the browser's own question. */
export const closedPage = signal<"unknown" | "none" | "off" | "on" | "refused">("unknown");

const PATIENCE = 3_000;

/** How it stands on this device. */
export async function lookAtPush(): Promise<void> {
  const worker = await ready();
  if (worker === null) closedPage.value = "none";
  else if (Notification.permission === "denied") closedPage.value = "refused";
  else if (await worker.pushManager.getSubscription()) closedPage.value = "on";
  else closedPage.value = await hasKey() ? "off" : "none";
}

/** Only after a press: the browser asks the person, and remembers a no. */
export async function startPush(): Promise<Result> {
  // Before anything is waited for: some browsers ask only in the moment of the press.
  const said = await Notification.requestPermission();
  if (said === "denied") closedPage.value = "refused";
  // Who closed the question without an answer can be asked again.
  if (said !== "granted") return value(null);
  const worker = await ready();
  const answer = await get<PushKey>("/api/push");
  if (!answer.ok) return answer;
  const { key } = answer.value;
  if (worker === null || key == null) return refusal("push.not_allowed");
  try {
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const kept = await send<PushKey>("/api/push", { endpoint: made.endpoint });
    if (!kept.ok) {
      await made.unsubscribe();
      return kept;
    }
    closedPage.value = "on";
    return value(null);
  } catch {
    // The maker's service is out of reach, or a private window has none.
    return refusal("push.not_allowed");
  }
}

export async function stopPush(): Promise<Result> {
  const answer = await send<PushKey>("/api/push", { endpoint: null });
  if (!answer.ok) return answer;
  const made = await (await ready())?.pushManager.getSubscription();
  await made?.unsubscribe();
  closedPage.value = "off";
  return value(null);
}

/** Nobody is signed in here any more: whoever comes next has not asked to be told, and nothing that was shown stays. */
effect(() => {
  if (me.value !== null && !signedIn.value) void endHere();
});

async function endHere(): Promise<void> {
  closedPage.value = "unknown";
  try {
    const worker = await navigator.serviceWorker?.getRegistration();
    for (const shown of (await worker?.getNotifications?.()) ?? []) shown.close();
    const made = await worker?.pushManager?.getSubscription();
    await made?.unsubscribe();
  } catch {
    // The server has forgotten this place with the session: nothing is sent to it.
  }
}

/** The service worker, once it runs; `null` where there is none, or none that can be told. */
async function ready(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return null;
  const patience = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE));
  return Promise.race([navigator.serviceWorker.ready, patience]);
}

async function hasKey(): Promise<boolean> {
  const answer = await get<PushKey>("/api/push");
  return answer.ok && answer.value.key != null;
}
