/** What a panel reads and the start page of those who sit on one. */
import type { CastBallot, FlagMessage, MessageMark, SeatView } from "./generated/protocol.ts";

type Category = FlagMessage["category"];

export interface ReadLine {
  by: string;
  body?: string | null;
  flagged?: boolean;
}

export interface ReadMessage {
  item: number;
  kinds?: Category[];
  held?: boolean;
  lines: ReadLine[];
}

export interface PanelLine {
  by: string;
  body: string;
  mine?: boolean;
}

export interface MyBallot {
  messages: MessageMark[];
  person?: number;
  code?: CastBallot["code"];
  clause?: number;
  sentence?: string;
}

export interface CaseToRead {
  seat: SeatView;
  agreement: string[];
  messages: ReadMessage[];
  side?: string | null;
  objection?: string | null;
  talk?: PanelLine[];
  content_most: number;
  person_most: number;
  more?: boolean;
  mine?: MyBallot | null;
  flags?: number[];
}

export interface Desk {
  seats?: SeatView[];
  left_today?: number;
  counts?: { open: number; waiting: number; too_few: number; lapsed: number } | null;
}
