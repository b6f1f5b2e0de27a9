import { useEffect, useRef, useState } from "preact/hooks";
import type { CircleState } from "../state.ts";
import { preferences } from "../store.ts";
import { boxOf } from "../turns.ts";
import { toRead } from "./round_words.ts";

/** What changes within this time is read out as it stands at the end of it. */
const SETTLES = 800;

/** For those who hear the page: how the round stands, each time it stands otherwise, once. It takes no focus. */
export function RoundNews({ state }: { state: CircleState }) {
  const [said, say] = useState("");
  const heard = useRef(false);
  const { turns } = state;
  if (turns !== null) heard.current = true;
  // Whoever wants no news is told of what is theirs all the same.
  const wanted = preferences.value.news !== "none" || boxOf(turns, state.me) === "yours";
  const words = heard.current && wanted ? toRead(state, turns) : "";
  useEffect(() => {
    const timer = setTimeout(() => say(words), SETTLES);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <p id="round-news" class="unseen" role="status">
      {said}
    </p>
  );
}
