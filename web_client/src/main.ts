/** The start: settings, connection, first view. `exit.ts` runs before this, as a script of its own. */
import { h, render } from "preact";
import { startDrafts } from "./drafts.ts";
import { startRegions } from "./keys.ts";
import { fetchAll, soon } from "./later.ts";
import { isLeaving } from "./leaving.ts";
import { startLive } from "./live.ts";
import { startNews } from "./news.ts";
import { loadMe } from "./place.ts";
import { route, startRouter } from "./router.ts";
import { startOutbox } from "./sending.ts";
import { startSettings } from "./settings.ts";
import { unreachable } from "./store.ts";
import { startViewport } from "./viewport.ts";
import { App } from "./views/app.tsx";
import { registerWorker } from "./worker.ts";

const ONCE_VIEW_STANDS = 2_000;

function start(): void {
  const root = document.getElementById("app");
  if (!root || isLeaving()) return;
  startSettings();
  startRouter();
  startRegions();
  startViewport();
  startDrafts();
  startNews();
  startOutbox();
  startLive();
  root.replaceChildren();
  render(h(App, null), root);
  // Nothing that was said stays in a page the browser keeps for going back to.
  addEventListener("pagehide", () => render(null, root));
  addEventListener("pageshow", (event) => {
    if (event.persisted && !isLeaving()) render(h(App, null), root);
  });
  addEventListener("online", () => unreachable.value && void loadMe());
  void loadMe().then(registerWorker);
  soon(async () => (await import("./ledger.ts")).startLedger());
  fetchAll(route.value.at === "circle" ? 0 : ONCE_VIEW_STANDS);
}

start();
