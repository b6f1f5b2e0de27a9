/**
 * Keeps the composer above the on-screen keyboard where the browser does not shrink the layout for it (Safari).
 * `--visible-height` is the height that can be seen, `--visible-top` how far the seen part begins below the layout's
 * top; `data-keyboard` on the root says that the keyboard is up.
 */

const KEYBOARD_AT_LEAST = 120;

export function startViewport(): void {
  const view = window.visualViewport;
  if (!view) return;
  const root = document.documentElement;
  const measure = (): void => {
    // Zooming in shrinks the seen part as well; that is no keyboard.
    const zoomed = view.scale > 1.01;
    const height = zoomed ? window.innerHeight : view.height;
    root.style.setProperty("--visible-height", `${Math.round(height)}px`);
    root.style.setProperty("--visible-top", `${zoomed ? 0 : Math.round(view.offsetTop)}px`);
    root.toggleAttribute("data-keyboard", !zoomed && window.innerHeight - view.height > KEYBOARD_AT_LEAST);
  };
  view.addEventListener("resize", measure);
  view.addEventListener("scroll", measure);
  measure();
}
