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
interface Worker {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", heard: (event: Waiting) => void): void;
  addEventListener(type: "fetch", heard: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
}

const worker = self as unknown as Worker;
const SHELL = `shell ${VERSION}`;
const HELP = "/help";

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
