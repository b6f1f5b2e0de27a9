/** Being connected: when to be, what the state of it is, and coming back at once when network or person do. */
import { effect, untracked } from "@preact/signals";
import type { Hello, Me } from "./generated/protocol.ts";
import { forgetDrafts } from "./drafts.ts";
import { get } from "./http.ts";
import { follow, forgetLogs, resume, show, watch } from "./following.ts";
import { takeEvent, takeHeads, takeHere, takeReset } from "./logs.ts";
import { forgetOutbox, pump } from "./sending.ts";
import { go, route } from "./router.ts";
import type { LogFrame } from "./socket.ts";
import {
  type Connection,
  clockOffset,
  connection,
  forgetEverything,
  hold,
  me,
  mine,
  newVersion,
  online,
  signedIn,
} from "./store.ts";
import { listen, socket } from "./wire.ts";

const SESSION_GONE = 4501;
const REPLACED = 4509;
const WRITING_LASTS = 5_000;
/** After so long without a sign of life a connection that slept is asked whether it still is one. */
const DOUBT_AFTER = 5_000;
const PROBE_WITHIN = 3_000;
const AFTER_ROTATION = 500;

let own = "";
const writing = new Map<string, ReturnType<typeof setTimeout>>();

export function startLive(): void {
  listen({ live: greeted, frame: take, lost, stay });
  effect(() => {
    if (signedIn.value) {
      untracked(() => state("connecting"));
      socket.start();
    } else {
      untracked(() => state("resting"));
      socket.stop();
    }
  });
  effect(() => {
    const now = route.value;
    const circle = signedIn.value && now.at === "circle" ? now.circle : "";
    untracked(() => show(circle));
  });
  effect(() => {
    const circles = mine.value;
    untracked(() => follow(circles));
  });
  addEventListener("online", () => {
    online.value = true;
    comeBack();
  });
  addEventListener("offline", () => {
    online.value = false;
    socket.drop();
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && comeBack());
  addEventListener("pageshow", (event) => event.persisted && comeBack());
  online.value = navigator.onLine;
}

/** Nothing of the person who was here stays in this tab. */
export function forgetPerson(): void {
  socket.stop();
  forgetLogs();
  forgetOutbox();
  forgetDrafts();
  forgetEverything();
}

/** Nobody is signed in any more. */
export function signedOut(): void {
  forgetPerson();
  if (me.value) {
    const { name: _, sign_in_name: __, ...nobody } = me.value;
    me.value = nobody;
  }
  go({ at: "circles" });
}

/** Connect although the server had asked to stay away. */
export function connectAgain(): void {
  state("connecting");
  socket.start();
}

function greeted(hello: Hello): void {
  own = hello.me;
  clockOffset.value = hello.now - Date.now();
  const built = document.querySelector<HTMLMetaElement>("meta[name=version]")?.content;
  newVersion.value = built !== undefined && built !== hello.version;
  state("live");
  resume(own);
  pump();
}

function take(frame: LogFrame): void {
  if ("event" in frame) {
    takeEvent(frame.on, frame);
    if (frame.event.kind === "session.ended") void lookWhoIAm();
  } else if ("here" in frame) takeHere(frame.on, frame.here);
  else if ("writing" in frame) someoneWrites(frame.on.slice("circle/".length));
  else if ("reset" in frame) takeReset(frame.on, frame.reset);
  else if ("heads" in frame) takeHeads(frame.heads);
}

function lost(wasLive: boolean): void {
  if (connection.value.is !== "lost") state("lost");
  // A socket that is refused before its greeting may have lost its session; only HTTP says so.
  if (!wasLive) void lookWhoIAm();
}

function stay(code: number): void {
  if (code === SESSION_GONE) void sessionGone();
  else state(code === REPLACED ? "replaced" : "refused");
}

/** The socket's session ended; this browser may have been given another meanwhile, by keeping the place. */
async function sessionGone(): Promise<void> {
  const before = me.value;
  await lookWhoIAm();
  if (me.value === before) signedOut();
  else if (signedIn.value) setTimeout(connectAgain, AFTER_ROTATION);
}

async function lookWhoIAm(): Promise<void> {
  const answer = await get<Me>("/api/me");
  if (!answer.ok) return;
  if (signedIn.value && answer.value.name == null) signedOut();
  me.value = answer.value;
}

/** The network or the person is back: no waiting, and no trust in a connection that slept. */
function comeBack(): void {
  socket.hurry();
  if (!socket.isLive || socket.silentFor() < DOUBT_AFTER) return;
  void watch(own);
  setTimeout(() => {
    if (socket.isLive && socket.silentFor() > PROBE_WITHIN) socket.drop();
    socket.hurry();
  }, PROBE_WITHIN);
}

function someoneWrites(circle: string): void {
  const held = hold(circle);
  held.writing.value = true;
  clearTimeout(writing.get(circle));
  writing.set(
    circle,
    setTimeout(() => (held.writing.value = false), WRITING_LASTS),
  );
}

function state(is: Connection["is"]): void {
  connection.value = { is, since: Date.now() };
}
