/**
 * Quick exit: cover, wipe, go. Loads before everything else and imports nothing, so that it works while the rest is
 * still on its way. Without it the same link is a plain link to `/exit`, where the server clears what it can.
 *
 * Every `a[href="/exit"]` leads here. It is built as a plain script; the rest speaks with it by events on `document`
 * (see `leaving.ts`), and `data-left` on the root says that it is over.
 */

const WITHIN = 5_000;
const PRESSES = 3;
/** How long wiping may hold back the going; the page is blank meanwhile. */
const WIPE_AT_MOST = 300;
const TRY_LASTS = 1_500;
const NEUTRAL_TITLE = "New tab";

let left = false;
let keysOn = true;
let presses = 0;
let lastPress = 0;
let alone = false;
let forgetPresses: ReturnType<typeof setTimeout> | undefined;

function exit(): void {
  if (left) return;
  left = true;
  cover();
  document.documentElement.setAttribute("data-left", "");
  document.title = NEUTRAL_TITLE;
  document.body.replaceChildren();
  const patience = new Promise((resolve) => setTimeout(resolve, WIPE_AT_MOST));
  void Promise.race([wipe(), patience]).then(go, go);
}

function tryExit(): void {
  cover();
  setTimeout(() => left || uncover(), TRY_LASTS);
}

function cover(): void {
  document.body.style.setProperty("display", "none", "important");
}

function uncover(): void {
  document.body.style.removeProperty("display");
}

function go(): void {
  // The address of the place that was open does not stay behind, whatever happens next.
  history.replaceState(null, "", "/");
  if (navigator.onLine) location.replace("/exit");
  else addEventListener("online", () => location.replace("/exit"), { once: true });
}

async function wipe(): Promise<void> {
  // Some browsers refuse storage altogether in private windows; then there is nothing to wipe.
  const steps = [wipeStorage, wipeCaches, wipeDatabases, wipeWorkers].map(async (step) => step());
  await Promise.allSettled(steps);
}

function wipeStorage(): void {
  sessionStorage.clear();
  localStorage.clear();
}

async function wipeCaches(): Promise<void> {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) await caches.delete(name);
}

async function wipeDatabases(): Promise<void> {
  for (const { name } of (await indexedDB.databases?.()) ?? []) if (name) indexedDB.deleteDatabase(name);
}

async function wipeWorkers(): Promise<void> {
  for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
    for (const shown of (await worker.getNotifications?.()) ?? []) shown.close();
    const push = await worker.pushManager?.getSubscription();
    // The maker of the browser may answer late: nothing waits for that.
    await Promise.allSettled([push?.unsubscribe(), worker.unregister()]);
  }
}

function count(to: number): void {
  if (presses === to) return;
  presses = to;
  document.dispatchEvent(new CustomEvent("quick-exit-count", { detail: to }));
}

function onKeyDown(event: KeyboardEvent): void {
  // A lone Shift switches some input methods between scripts.
  const plainShift = event.key === "Shift" && !event.isComposing && event.keyCode !== 229;
  if (!plainShift || event.ctrlKey || event.altKey || event.metaKey) {
    alone = false;
    count(0);
  } else if (!event.repeat) alone = true;
}

function onKeyUp(event: KeyboardEvent): void {
  if (event.key !== "Shift" || !alone || !keysOn || event.isComposing) return;
  alone = false;
  count(event.timeStamp - lastPress > WITHIN ? 1 : presses + 1);
  lastPress = event.timeStamp;
  clearTimeout(forgetPresses);
  if (presses >= PRESSES) exit();
  else forgetPresses = setTimeout(() => count(0), WITHIN);
}

function onClick(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest?.('a[href="/exit"]');
  if (!link || event.button !== 0) return;
  event.preventDefault();
  event.stopPropagation();
  exit();
}

document.addEventListener("quick-exit-try", tryExit);
document.addEventListener("quick-exit-keys", (event) => {
  keysOn = (event as CustomEvent<boolean>).detail;
  if (!keysOn) count(0);
});
addEventListener("keydown", onKeyDown, true);
addEventListener("keyup", onKeyUp, true);
addEventListener("click", onClick, true);
// Shift held for a click or a selection is a modifier.
addEventListener("pointerdown", () => (alone = false), true);
addEventListener("compositionstart", () => (alone = false), true);
// Back and forward must not bring back what was on screen.
addEventListener("pagehide", cover);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (left) location.replace("/");
  else uncover();
});
