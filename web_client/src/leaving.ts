/** How the rest of the client speaks with `exit.ts`, which runs as a script of its own before everything else. */

/** Quick exit was pressed: from here on nothing may be written, drawn or kept. */
export function isLeaving(): boolean {
  return document.documentElement.hasAttribute("data-left");
}

/** "Try it": covers the page and comes back by itself. */
export function tryExit(): void {
  document.dispatchEvent(new CustomEvent("quick-exit-try"));
}

/** Whether Shift three times leaves. */
export function exitKeys(on: boolean): void {
  document.dispatchEvent(new CustomEvent("quick-exit-keys", { detail: on }));
}

/** Be told how often Shift was pressed so far, 0 to 3. The value ends it. */
export function onExitCount(heard: (presses: number) => void): () => void {
  const listener = (event: Event): void => heard((event as CustomEvent<number>).detail);
  document.addEventListener("quick-exit-count", listener);
  return () => document.removeEventListener("quick-exit-count", listener);
}
