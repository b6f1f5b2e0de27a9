import { signal } from "@preact/signals";
import { go } from "../router.ts";

/** The topic to begin a new room with, when somebody wants one like another. */
export const wantedTopic = signal("");

export function beginRoom(topic: string): void {
  wantedTopic.value = topic;
  go({ at: "open" });
}
