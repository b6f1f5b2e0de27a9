import { agreeing } from "./en/agreeing.ts";
import { atDoor } from "./en/at_door.ts";
import { entering } from "./en/entering.ts";
import { inside } from "./en/inside.ts";
import { ledger } from "./en/ledger.ts";
import { letters } from "./en/letters.ts";
import { panel } from "./en/panel.ts";
import { refused } from "./en/refused.ts";
import { rounds } from "./en/rounds.ts";

/** Every sentence a person reads. Its shape is the contract for other languages. */
export const en = { ...agreeing, ...atDoor, ...entering, ...inside, ...ledger, ...letters, ...panel, ...refused, ...rounds };
