import { useLayoutEffect } from "preact/hooks";
import { onListKey } from "../keys.ts";
import { sheet } from "./ui.ts";

const LONG_PRESS = 400;
const STILL = 10;

interface Held<T> {
  readonly current: T | null;
}

/**
 * The message one was at last is the list's one tab stop, or the newest; the arrow keys go from one to the next, and
 * inside one Tab goes on among its buttons. In the layout phase: a key pressed as soon as rows are there finds this.
 */
export function useRoving(list: Held<HTMLElement>, rows: number): void {
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const onFocus = (event: FocusEvent): void => {
      const target = event.target as HTMLElement;
      const item = target.closest<HTMLElement>("[data-message]");
      if (!item) return;
      stopAt(element, item);
      for (const control of controls(item)) control.tabIndex = target === item ? -1 : 0;
    };
    const onBlur = (event: FocusEvent): void => {
      const item = (event.target as HTMLElement).closest<HTMLElement>("[data-message]");
      if (!item || item.contains(event.relatedTarget as Node | null)) return;
      for (const control of controls(item)) control.tabIndex = -1;
    };
    const onKey = (event: KeyboardEvent): void =>
      onListKey(event, element, () => document.getElementById("box")?.focus());
    element.addEventListener("keydown", onKey);
    element.addEventListener("focusin", onFocus);
    element.addEventListener("focusout", onBlur);
    return () => {
      element.removeEventListener("keydown", onKey);
      element.removeEventListener("focusin", onFocus);
      element.removeEventListener("focusout", onBlur);
    };
  }, []);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element || element.contains(document.activeElement)) return;
    const items = element.querySelectorAll<HTMLElement>("[data-message]");
    const last = items[items.length - 1];
    if (last) stopAt(element, last);
  }, [rows]);
}

function stopAt(list: HTMLElement, item: HTMLElement): void {
  for (const other of list.querySelectorAll<HTMLElement>("[data-message][tabindex='0']")) other.tabIndex = -1;
  item.tabIndex = 0;
}

function controls(item: HTMLElement): NodeListOf<HTMLElement> {
  return item.querySelectorAll<HTMLElement>("button, a[href]");
}

/** A long press on a message opens what its "More" button opens. */
export function useListPress(list: Held<HTMLElement>): void {
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let from = { x: 0, y: 0 };
    let opened = false;
    const forget = (): void => clearTimeout(timer);
    const onDown = (event: PointerEvent): void => {
      forget();
      opened = false;
      const target = event.target as Element;
      const seq = target.closest("[data-seq]")?.getAttribute("data-seq");
      if (event.pointerType !== "touch" || seq == null || target.closest("button, a")) return;
      from = { x: event.clientX, y: event.clientY };
      timer = setTimeout(() => {
        opened = true;
        sheet.value = { is: "message", seq: Number(seq) };
      }, LONG_PRESS);
    };
    const onMove = (event: PointerEvent): void => {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL) forget();
    };
    // The phone's own menu for a long press would cover what has just opened.
    const onMenu = (event: Event): void => {
      if (opened) event.preventDefault();
    };
    const wiring = [
      ["pointerdown", onDown],
      ["pointermove", onMove],
      ["pointerup", forget],
      ["pointercancel", forget],
      ["contextmenu", onMenu],
    ] as const;
    for (const [name, listener] of wiring) element.addEventListener(name, listener as EventListener);
    return () => {
      forget();
      for (const [name, listener] of wiring) element.removeEventListener(name, listener as EventListener);
    };
  }, []);
}
