/** Screens that few people open at once; they come as one file (see `later.ts`). */
import { inside } from "../words/en/inside.ts";
import { learn } from "../words.ts";

learn(inside);

export { Before } from "./before.tsx";
export { Offer } from "./company.tsx";
export { Letters } from "./letters.tsx";
export { OpenRoom } from "./open_room.tsx";
export { Safety } from "./safety.tsx";
export { Search } from "./search.tsx";
export { Waiting } from "./waiting.tsx";
