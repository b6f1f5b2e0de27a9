import { signal } from "@preact/signals";
import { enter } from "../circles.ts";
import { comeIn } from "../place.ts";
import type { Result } from "../result.ts";
import { value } from "../result.ts";
import { go } from "../router.ts";
import { me } from "../store.ts";
import { beforeWasSeen, needsBefore } from "../settings.ts";

/** What somebody has asked for before the exit page was shown to them: a name, perhaps a circle to go into. */
interface Wish {
  readonly name: string;
  readonly circle: { readonly id: string; readonly agreement: number; readonly way: Way } | null;
}

/** What somebody asks for at a circle's door. */
export type Way = "enter" | "wait" | "listen";

const wished = signal<Wish | null>(null);
const written = signal<string | null>(null);

/** The name somebody is about to come in with: as they wrote it, whichever door they stand at, else the one offered. */
export function guestName(): string {
  return written.value ?? me.value?.offered_name ?? "";
}

export function writeGuestName(name: string): void {
  written.value = name;
}

/** Whether the way out still has to be shown before this person comes in. */
export function comingIn(): boolean {
  return wished.value !== null;
}

/** Ask to come in. Where the way out was not shown yet, it is shown first. */
export async function wishToComeIn(name: string, circle: Wish["circle"] = null): Promise<Result> {
  wished.value = { name, circle };
  if (!needsBefore()) return comeInNow();
  go({ at: "before" });
  return value(null);
}

/** Come in as was asked, then into the circle if one was chosen. A refused name leads back to where it was written. */
export async function comeInNow(): Promise<Result> {
  const wish = wished.value;
  if (wish === null) {
    go({ at: "circles" });
    return value(null);
  }
  const came = await comeIn(wish.name);
  if (!came.ok) return came;
  beforeWasSeen();
  wished.value = null;
  written.value = null;
  if (wish.circle === null) {
    go({ at: "circles" });
    return value(null);
  }
  const { id, way } = wish.circle;
  if (way !== "enter") go({ at: "door", circle: id });
  const answer = await goThrough(wish.circle, null);
  if (!answer.ok) go({ at: "door", circle: id });
  return value(null);
}

/** At a circle's door, with a yes to its agreement. */
export async function goThrough({ id, agreement, way }: NonNullable<Wish["circle"]>, name: string | null): Promise<Result> {
  if (way !== "enter") {
    const { listenHere, waitHere } = await import("../doorway.ts");
    return way === "wait" ? waitHere(id, agreement, name) : listenHere(id, agreement);
  }
  const entered = await enter(id, agreement, name);
  if (entered.ok) go({ at: "circle", circle: id });
  return entered;
}

export function thinkAgain(): void {
  const circle = wished.value?.circle;
  wished.value = null;
  go(circle ? { at: "door", circle: circle.id } : { at: "circles" });
}
