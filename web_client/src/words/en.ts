import { care } from "./en/care.ts";
import { entering } from "./en/entering.ts";
import { holding } from "./en/holding.ts";
import { ledger } from "./en/ledger.ts";
import { letters } from "./en/letters.ts";
import { panel } from "./en/panel.ts";
import { refused } from "./en/refused.ts";
import { refusedInside } from "./en/refused_inside.ts";
import { safety } from "./en/safety.ts";
import { talking } from "./en/talking.ts";

/** Every sentence a person reads. Its shape is the contract for other languages. */
export const en = { ...entering, ...talking, ...care, ...holding, ...safety, ...ledger, ...letters, ...panel, ...refused, ...refusedInside };
