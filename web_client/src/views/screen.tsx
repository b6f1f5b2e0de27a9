import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type Route, href } from "../router.ts";
import { t } from "../words.ts";
import { Bars } from "./bars.tsx";
import { Icon } from "./mark.tsx";

/** The dark button. A plain link to the server's exit, which `exit.ts` makes faster where scripts run. */
export function QuickExit({ id }: { id?: string }) {
  return (
    <a class="exit" id={id} href="/exit" rel="noreferrer">
      {t("quickExit")}
    </a>
  );
}

export function HelpNow() {
  return (
    <a class="link plain help" href="/help">
      {t("helpNow")}
    </a>
  );
}

export function Top(props: {
  back: Route | null;
  /** What the way back leads to, where that is worth a sign. */
  behind?: ComponentChildren;
  title: ComponentChildren;
  skip?: string;
  extra?: ComponentChildren;
}) {
  return (
    <header class="top" data-region="">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById(props.skip ? "box" : "main")?.focus();
        }}
      >
        {props.skip ?? t("skip")}
      </a>
      <QuickExit id="quick-exit" />
      {props.back && (
        <a class="back" href={href(props.back)}>
          <Icon name="i-back" class="turns" />
          <span class="unseen">{t("back")}</span>
          {props.behind}
        </a>
      )}
      <div class="top-title">{props.title}</div>
      {props.extra}
    </header>
  );
}

let moved = false;

/** Take the focus to a new screen's heading, so that it is read first; never when the page has just come up. */
export function useHeading() {
  const heading = useRef<HTMLHeadingElement>(null);
  // In the layout phase: whoever is at a control of the new screen at once is not taken from it a moment later.
  useLayoutEffect(() => {
    if (moved) heading.current?.focus({ preventScroll: true });
    moved = true;
  }, []);
  return heading;
}

/** Every screen but a circle: the page scrolls, header and footer stay. */
export function Screen(props: {
  title: string;
  back?: Route | null;
  class?: string;
  wide?: boolean;
  /** Nothing but the exit stands at the top, and the page shows behind it. */
  bare?: boolean;
  foot?: ComponentChildren;
  children: ComponentChildren;
}) {
  const heading = useHeading();
  useEffect(() => scrollTo(0, 0), []);
  return (
    <div class={`screen ${props.bare ? "bare" : ""}`}>
      <Top back={props.back ?? null} title={null} />
      <main id="main" tabIndex={-1} class={`main ${props.wide ? "wide" : ""}`}>
        <Bars />
        <div class={props.class}>
          {props.title !== "" && (
            <h1 ref={heading} tabIndex={-1} class="screen-title">
              {props.title}
            </h1>
          )}
          {props.children}
        </div>
      </main>
      <footer class="foot">
        <HelpNow />
        {props.foot}
      </footer>
    </div>
  );
}
