/**
 * Parts of the client that are not needed at first: each is a file of its own, fetched when it is shown, or a little
 * after the first view so that it is there when the network is not.
 */
import { type ComponentChild, type ComponentType, type FunctionComponent, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { newVersion } from "./store.ts";

type Load<P> = () => Promise<ComponentType<P>>;

const all = new Set<() => Promise<unknown>>();

/** A component that shows `meanwhile` until its code is here: `later(async () => (await import("./safety.tsx")).Safety)`. */
export function later<P extends object>(load: Load<P>, meanwhile: () => ComponentChild = nothing): FunctionComponent<P> {
  let loaded: ComponentType<P> | null = null;
  const fetched = async (): Promise<void> => {
    loaded ??= await load();
  };
  all.add(fetched);
  return function Later(props: P) {
    const [, show] = useState(loaded !== null);
    useEffect(() => {
      // It may have come between the drawing and this.
      if (loaded !== null) return show(true);
      const attempt = (): void => void fetched().then(() => show(true), missing);
      attempt();
      addEventListener("online", attempt);
      return () => removeEventListener("online", attempt);
    }, []);
    return loaded === null ? meanwhile() : h(loaded, props);
  };
}

/** Something to fetch and start that nobody waits for. */
export function soon(start: () => Promise<unknown>): void {
  all.add(start);
}

/** Fetch all of it in so many ms, whether it is shown by then or not. */
export function fetchAll(after: number): void {
  setTimeout(() => {
    for (const fetched of all) fetched().catch(missing);
  }, after);
}

/** Without a network it is fetched when that is back. With one, the server has only newer files than this page's. */
function missing(): void {
  if (navigator.onLine) newVersion.value = true;
}

function nothing(): null {
  return null;
}
