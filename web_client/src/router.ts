/**
 * Where one is. Addresses hold opaque ids only, and moving replaces the history entry instead of adding one, so that
 * the browser's history and Back never list the places somebody has been.
 */
import { type ReadonlySignal, signal } from "@preact/signals";

/** `circles` is `#/`: the list, or the welcome while nobody is signed in. */
export type Route =
  | { readonly at: "circles" }
  | { readonly at: "circle"; readonly circle: string }
  | { readonly at: "door"; readonly circle: string }
  | { readonly at: "invite"; readonly invite: string }
  | { readonly at: "open" }
  | { readonly at: "safety" }
  | { readonly at: "desk" }
  | { readonly at: "before" };

const current = signal<Route>({ at: "circles" });
export const route: ReadonlySignal<Route> = current;

const ID = /^[A-Za-z0-9_-]{16}$/;
const INVITE = /^[A-Za-z0-9_-]{4,64}$/;

/** The address of a route, for links: `<a href={href({ at: "circle", circle })}>`. Plain clicks on it do not add history. */
export function href(to: Route): string {
  switch (to.at) {
    case "circle":
      return `#/c/${to.circle}`;
    case "door":
      return `#/w/${to.circle}`;
    case "invite":
      return `#/i/${to.invite}`;
    case "circles":
      return "#/";
    default:
      return `#/${to.at}`;
  }
}

/** The route of an address; anything unknown is the list. */
export function parse(hash: string): Route {
  const [, kind = "", rest = ""] = hash.split("/");
  if (kind === "c" && ID.test(rest)) return { at: "circle", circle: rest };
  if (kind === "w" && ID.test(rest)) return { at: "door", circle: rest };
  if (kind === "i" && INVITE.test(rest)) return { at: "invite", invite: rest };
  if (kind === "open" || kind === "safety" || kind === "desk" || kind === "before") return { at: kind };
  return { at: "circles" };
}

export function go(to: Route): void {
  history.replaceState(null, "", href(to));
  current.value = to;
}

/** Follow the address bar, and keep clicks on `#/…` links from adding history. */
export function startRouter(): void {
  current.value = parse(location.hash);
  addEventListener("hashchange", () => {
    // Anything else after the sign, such as a skip link's target, is a place on the page.
    if (location.hash === "" || location.hash.startsWith("#/")) current.value = parse(location.hash);
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = (event.target as Element | null)?.closest?.("a[href^='#/']");
    if (!link) return;
    event.preventDefault();
    go(parse(link.getAttribute("href") ?? ""));
  });
}
