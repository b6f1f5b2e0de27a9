import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { startSearchKey } from "../keys.ts";
import { later } from "../later.ts";
import { onExitCount } from "../leaving.ts";
import { route } from "../router.ts";
import { me, signedIn, unreachable } from "../store.ts";
import { count, speak, t } from "../words.ts";
import { FromInvite } from "./invite.tsx";
import { NoticeBar } from "./notice_bar.tsx";
import { Once } from "./once.tsx";
import { Screen } from "./screen.tsx";
import { forgetScreen, openSearch, sheet } from "./ui.ts";
import { Welcome } from "./welcome.tsx";

const Before = later(async () => (await import("./rest.ts")).Before, waiting);
const Circles = later(async () => (await import("./circles.tsx")).Circles, waiting);
const Circle = later(async () => (await import("./circle.tsx")).Circle, waiting);
const OpenRoom = later(async () => (await import("./rest.ts")).OpenRoom, waiting);
const Desk = later(async () => (await import("./panel/start.tsx")).Desk, waiting);
const Letters = later(async () => (await import("./rest.ts")).Letters);
const Offer = later(async () => (await import("./rest.ts")).Offer);
const Search = later(async () => (await import("./rest.ts")).Search);
const Safety = later(async () => (await import("./rest.ts")).Safety, waiting);

/** The whole page, by where one is and whether one has come in. */
export function App() {
  const known = signedIn.value;
  useEffect(() => {
    document.addEventListener("words-pseudo", speakPseudo);
    return () => document.removeEventListener("words-pseudo", speakPseudo);
  }, []);
  useEffect(() => (known ? forgetScreen : undefined), [known]);
  useEffect(() => (known ? startSearchKey(openSearch) : undefined), [known]);
  return (
    <>
      <Place />
      <Once />
      {sheet.value?.is === "letter" && <Letters />}
      {sheet.value?.is === "offer" && <Offer />}
      {known && sheet.value?.is === "search" && <Search />}
      <NoticeBar />
      <ShiftDots />
    </>
  );
}

/** For browser tests: `document.dispatchEvent(new CustomEvent("words-pseudo", { detail: "rtl" }))`. */
async function speakPseudo(event: Event): Promise<void> {
  const { pseudo } = await import("../words/pseudo.ts");
  const rtl = (event as CustomEvent<unknown>).detail === "rtl";
  speak(rtl ? "ar" : "en", rtl ? "rtl" : "ltr", pseudo());
}

function Place() {
  const now = route.value;
  if (me.value === null) return waiting();
  if (now.at === "invite") return <FromInvite invite={now.invite} />;
  if (now.at === "door") return <Circles door={now.circle} />;
  if (now.at === "before") return <Before />;
  if (!signedIn.value) return <Welcome />;
  switch (now.at) {
    case "circle":
      return <Circle key={now.circle} circle={now.circle} />;
    case "open":
      return <OpenRoom />;
    case "desk":
      return <Desk />;
    case "safety":
      return <Safety />;
    case "circles":
      return <Circles door={null} />;
  }
}

/** A screen whose code or first answer is not here yet: the way out and help are. */
function waiting() {
  return (
    <Screen title="">
      <p role="status">{unreachable.value ? "" : t("oneMoment")}</p>
    </Screen>
  );
}

/** Three dots that say how many presses on Shift are still to come. */
function ShiftDots() {
  const [pressed, setPressed] = useState(0);
  useLayoutEffect(() => onExitCount(setPressed), []);
  return (
    <div role="status">
      {pressed > 0 && (
        <div class="shift-dots">
          <span class="unseen">{count("shiftsLeft", 3 - pressed)}</span>
          {[1, 2, 3].map((dot) => (
            <span key={dot} aria-hidden="true" class={dot <= pressed ? "on" : ""} />
          ))}
        </div>
      )}
    </div>
  );
}
