/** Screens that few people open at once; they come as one file (see `later.ts`). */
export { Before } from "./before.tsx";
export { OpenRoom } from "./open_room.tsx";
export { Safety } from "./safety.tsx";
