/**
 * The service worker: keeps the page itself (names of its files come from the build) and the help page, so that both
 * open without a network. It never keeps anything of a person: no answers of `/api`, no words, no names.
 */
declare const ASSETS: readonly string[];
declare const VERSION: string;

interface Waiting extends Event {
  waitUntil(until: Promise<unknown>): void;
}
interface Fetching extends Waiting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Pressed extends Waiting {
  readonly notification: Notification;
}
interface Page {
  focus(): Promise<unknown>;
}
interface Worker {
  readonly location: Location;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(like: { type: "window" }): Promise<readonly Page[]>;
    openWindow(path: string): Promise<unknown>;
  };
  readonly registration: ServiceWorkerRegistration;
  addEventListener(type: "install" | "activate" | "push", heard: (event: Waiting) => void): void;
  addEventListener(type: "notificationclick", heard: (event: Pressed) => void): void;
  addEventListener(type: "fetch", heard: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
}

const worker = self as unknown as Worker;
const SHELL = `shell ${VERSION}`;
const HELP = "/help";
const TITLE = "Notes";
const NEWS = "Something new";

worker.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (pathname.startsWith("/assets/")) event.respondWith(keptFirst(request));
  else if (pathname === "/" || pathname === HELP) event.respondWith(newestFirst(request, pathname));
});

// What comes is empty, and what is shown says nothing of anybody. Something is always shown: a browser that is told in
// silence stops being told.
worker.addEventListener("push", (event) => event.waitUntil(showNews()));

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openStart());
});

async function showNews(): Promise<void> {
  const title = await neutralTitle();
  await worker.registration.showNotification(title, { body: NEWS, tag: "news", icon: "/icon-192.png" });
}

/** The name that the operator chose for home screens. */
async function neutralTitle(): Promise<string> {
  try {
    const answer = await fetch("/manifest.webmanifest");
    const { name } = (await answer.json()) as { name?: string };
    return name ?? TITLE;
  } catch {
    return TITLE;
  }
}

async function openStart(): Promise<void> {
  const [open] = await worker.clients.matchAll({ type: "window" });
  await (open ? open.focus() : worker.clients.openWindow("/"));
}

async function fill(): Promise<void> {
  const cache = await caches.open(SHELL);
  await cache.addAll(["/", HELP, ...ASSETS]);
}

async function forgetOthers(): Promise<void> {
  for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
}

/** Files with a hash in their name never change. */
async function keptFirst(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function newestFirst(request: Request, name: string): Promise<Response> {
  try {
    const answer = await fetch(request);
    // Help may be changed by the operator at any time. The page itself goes with its files and stays as installed.
    if (answer.ok && name === HELP) await (await caches.open(SHELL)).put(name, answer.clone());
    return answer;
  } catch (unreachable) {
    const kept = await caches.match(name);
    if (kept) return kept;
    throw unreachable;
  }
}
