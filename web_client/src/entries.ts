/** What stands in a circle's log as something of its own: messages as they are now, and quiet lines. */
import type { FlagMessage, PostMessage, RoundOver } from "./generated/protocol.ts";
import type { Act } from "./held.ts";

/** How words want to be met. */
export type Meet = NonNullable<PostMessage["meet"]>;

/** What a writer says with their words: how they want to be met; or that they are offered to speak about. */
export interface Manner {
  readonly meet: Meet | null;
  readonly prompt: boolean;
}

export const PLAIN: Manner = { meet: null, prompt: false };

/** What a flag says was felt. */
export type Category = FlagMessage["category"];

/**
 * `folded`: behind a line that anyone may open. `held`: for a while, and nobody is sent the words. `withheld`: a panel
 * decided that nobody is.
 */
export interface Covered {
  readonly is: "folded" | "held" | "withheld";
  readonly until: number | null;
  /** What a panel found, or whoever held it felt; `null` where flags alone folded it. */
  readonly reason: Category | null;
}

/** One message as it is now. */
export interface Message {
  readonly kind: "message";
  readonly seq: number;
  /** Participant id of the writer in this circle. */
  readonly by: string;
  /** The writer's name when it was written. */
  readonly name: string;
  readonly at: number;
  /** `null` where there are none to show: taken back, or covered so that nobody is sent them. */
  readonly body: string | null;
  readonly takenBack: boolean;
  readonly key: string;
  /** Seq of the message this one answers; its words are looked up in one's own log, never carried. */
  readonly replyTo: number | null;
  readonly manner: Manner;
  /** Given while its writer held the piece. */
  readonly share: boolean;
  /** A sentence that the closing showed: of nobody, without a name. */
  readonly carried: boolean;
  readonly edited: boolean;
  readonly rephrased: boolean;
  /** How it is covered for all; `null` where it is not. */
  readonly cover: Covered | null;
  /** Somebody answered with a gesture; who, only its writer learns. */
  readonly received: boolean;
}

/** What a change of the agreement came to. */
export type Agreeing = `agreement_${"proposed" | "trial" | "review" | "kept" | "returned" | "stopped" | "lapsed"}`;

/** Something that happened in the circle and is said in one quiet line. Leaving makes no line. */
export interface Line {
  readonly kind: "line";
  readonly seq: number;
  readonly what: "opened" | "closing" | "stays_open" | "closed" | "entered" | "bell" | "host" | "equals" | "welcomed" | "agreement_read" | Act | Turning | Agreeing;
  /** When it happened; for `closing` the moment it will close; 0 where the log does not say. */
  readonly at: number;
  /** `entered`, `host`, `round_offered`: who came, who holds the space, who offered it, by the name they carry here. */
  readonly name: string;
  /** `entered`, `host`, `round_offered`: their participant id. */
  readonly by: string;
  /** `stays_open`: whether the circle still has its host. */
  readonly hosted: boolean;
}

/** What of a round is worth a line: that it was offered, and how it ended. */
export type Turning = "round_offered" | `round_${RoundOver["how"]}`;

export type Entry = Message | Line;
