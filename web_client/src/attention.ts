/** Whether somebody is looking: this tab is visible and has the focus, and has had them for a while. */

const READ_AFTER = 1_000;

/** Calls `read` once what is in view has been looked at for a second without a move. */
export class Attention {
  private read: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private anew = (): void => this.again();

  constructor(read: () => void) {
    this.read = read;
    addEventListener("focus", this.anew);
    addEventListener("blur", this.anew);
    document.addEventListener("visibilitychange", this.anew);
  }

  /** What is in view changed: the second begins anew. */
  again(): void {
    clearTimeout(this.timer);
    if (isLooking()) this.timer = setTimeout(() => isLooking() && this.read(), READ_AFTER);
  }

  end(): void {
    clearTimeout(this.timer);
    removeEventListener("focus", this.anew);
    removeEventListener("blur", this.anew);
    document.removeEventListener("visibilitychange", this.anew);
  }
}

export function isLooking(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}
