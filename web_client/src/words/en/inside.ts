import { agreementWords } from "./agreement.ts";
import { calmer } from "./calmer.ts";
import { care } from "./care.ts";
import { closing } from "./closing.ts";
import { felt } from "./felt.ts";
import { holding } from "./holding.ts";
import { manners } from "./manners.ts";
import { meeting } from "./meeting.ts";
import { refusedInside } from "./refused_inside.ts";
import { roundLines } from "./rounds.ts";
import { safety } from "./safety.ts";
import { search } from "./search.ts";
import { talking } from "./talking.ts";

/** What is said after the first screens; it comes with them: `learn(inside)`. */
export const inside = { ...talking, ...agreementWords, ...calmer, ...care, ...closing, ...felt, ...holding, ...manners, ...meeting, ...safety, ...search, ...refusedInside, ...roundLines };
