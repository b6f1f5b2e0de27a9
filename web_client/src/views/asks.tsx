import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * What asks for an answer, above the box: however much there is, it scrolls by itself, and the words, the box and the
 * way out stay where they are. Where what had the focus goes, as an answered question does, the focus stays here.
 */
export function Asks({ children }: { children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => keepFocus(box.current), []);
  return (
    <div ref={box} class="asks" tabIndex={-1}>
      {children}
    </div>
  );
}

function keepFocus(box: HTMLElement | null): (() => void) | undefined {
  if (box === null) return undefined;
  let within = false;
  const onFocusIn = (): void => {
    within = box.contains(document.activeElement);
  };
  // Somebody who presses beside it leaves it; an element that is taken away only loses the focus.
  const onFocusOut = ({ target }: FocusEvent): void =>
    queueMicrotask(() => {
      if (target instanceof Node && target.isConnected) onFocusIn();
    });
  const changes = new MutationObserver(() => {
    if (within && document.activeElement === document.body) box.focus({ preventScroll: true });
  });
  changes.observe(box, { childList: true, subtree: true });
  document.addEventListener("focusin", onFocusIn);
  box.addEventListener("focusout", onFocusOut);
  return () => {
    changes.disconnect();
    document.removeEventListener("focusin", onFocusIn);
    box.removeEventListener("focusout", onFocusOut);
  };
}
