import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Where what had the focus goes, as an answered question does, the focus stays in this box (its `tabIndex` is -1). */
export function useKeptFocusIn(box: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => (box.current === null ? undefined : keepFocus(box.current)), []);
}

function keepFocus(box: HTMLElement): () => void {
  let within = box.contains(document.activeElement);
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
