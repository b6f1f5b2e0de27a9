import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../words.ts";
import { HelpNow, QuickExit } from "./screen.tsx";

/**
 * A dialog that opens as it mounts. Escape, Close and a press beside it close it; the focus goes back to what
 * opened it, or to `fallback` (an id) where that is gone. The way out and help are inside, since the page behind
 * cannot be reached meanwhile.
 */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  fallback?: string;
  children: ComponentChildren;
}) {
  const box = useRef<HTMLDialogElement>(null);
  const { fallback, onClose } = props;
  useLayoutEffect(() => {
    const dialog = box.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body) opener.focus();
      else if (fallback) document.getElementById(fallback)?.focus();
    };
  }, [fallback]);
  // In the layout phase, as opening is: a key pressed at once must find somebody listening.
  useLayoutEffect(() => {
    const dialog = box.current;
    const onCancel = (event: Event): void => {
      event.preventDefault();
      onClose();
    };
    const onClick = (event: Event): void => {
      if (event.target === dialog) onClose();
    };
    dialog?.addEventListener("cancel", onCancel);
    // A browser may close it without asking; then the page must know, or it would not open again.
    dialog?.addEventListener("close", onClose);
    dialog?.addEventListener("click", onClick);
    return () => {
      dialog?.removeEventListener("cancel", onCancel);
      dialog?.removeEventListener("close", onClose);
      dialog?.removeEventListener("click", onClick);
    };
  }, [onClose]);
  return (
    <dialog ref={box} class="sheet-up" aria-labelledby="sheet-title">
      <div class="sheet-head">
        <h2 id="sheet-title" tabIndex={-1}>
          {props.title}
        </h2>
        <button type="button" class="close" onClick={props.onClose}>
          {t("close")}
        </button>
      </div>
      <div class="sheet-body">{props.children}</div>
      <div class="sheet-safe">
        <HelpNow />
        <QuickExit />
      </div>
    </dialog>
  );
}
