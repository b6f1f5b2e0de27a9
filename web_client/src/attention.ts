/** Whether somebody is looking: this tab is visible and has the focus, and has had them for a second. */

const LOOKING_AFTER = 1_000;
const AT_MOST_EVERY = 500;

/** Calls `read` for what is in view, while somebody looks; at most every half second. */
export class Attention {
  private read: () => void;
  private since = performance.now();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turned = (): void => {
    this.since = performance.now();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.again();
  };

  constructor(read: () => void) {
    this.read = read;
    addEventListener("focus", this.turned);
    addEventListener("blur", this.turned);
    document.addEventListener("visibilitychange", this.turned);
  }

  /** What is in view may have changed. */
  again(): void {
    if (this.timer !== undefined || !isLooking()) return;
    const wait = Math.max(AT_MOST_EVERY, this.since + LOOKING_AFTER - performance.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (isLooking()) this.read();
    }, wait);
  }

  end(): void {
    clearTimeout(this.timer);
    removeEventListener("focus", this.turned);
    removeEventListener("blur", this.turned);
    document.removeEventListener("visibilitychange", this.turned);
  }
}

export function isLooking(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}
