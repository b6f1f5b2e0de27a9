import { arcSpots, circleSpots } from "../seats.ts";
import { t } from "../words.ts";
import { Seat, type Sitting } from "./seat.tsx";

/** More seats than this are not drawn; the number beside the ring says how many there are. */
const MOST_ARC = 9;
const MOST_RING = 16;

/** As many as there is room for, among them whoever has the piece. */
function drawnOf(seats: readonly Sitting[], most: number, holder: string | null): Sitting[] {
  const drawn = seats.slice(0, most);
  const hidden = seats.slice(most).find(({ id }) => id === holder);
  return hidden ? [...drawn.slice(0, -1), hidden] : drawn;
}

/** The seats as an arc across a phone's width. What it shows is said in words beside it. */
export function Arc({ seats, holder = null }: { seats: readonly Sitting[]; holder?: string | null | undefined }) {
  const drawn = drawnOf(seats, MOST_ARC, holder);
  const size = 34;
  const spots = arcSpots(drawn.length, 300 - size - 4, 13);
  return (
    <svg class="ring arc" viewBox="0 0 300 58" preserveAspectRatio="xMinYMax meet" aria-hidden="true" focusable="false">
      {drawn.map((sitting, index) => {
        const spot = spots[index];
        return spot && <Seat key={sitting.id} x={spot.x + size / 2 + 2} y={spot.y + 20} size={size} sitting={sitting} lit={sitting.id === holder} />;
      })}
    </svg>
  );
}

/** The seats as a whole circle, at the side of a wide window. */
export function Ring(props: { seats: readonly Sitting[]; free?: number; holder?: string | null | undefined }) {
  const { seats, free = 0, holder = null } = props;
  const drawn: (Sitting | null)[] = [...drawnOf(seats, MOST_RING, holder), ...Array.from({ length: free }, () => null)];
  const size = drawn.length > 10 ? 38 : 48;
  const spots = circleSpots(drawn.length, 150, 112);
  return (
    <svg class="ring" viewBox="0 0 300 300" aria-hidden="true" focusable="false">
      <circle class="floor" cx="150" cy="150" r="76" />
      {drawn.map((sitting, index) => {
        const spot = spots[index];
        const lit = sitting !== null && sitting.id === holder;
        return spot && <Seat key={sitting?.id ?? index} x={spot.x} y={spot.y} size={size} sitting={sitting} lit={lit} />;
      })}
    </svg>
  );
}

/** A little ring for the list: room, nearly full, full. Never a number. */
export function LittleRing({ fullness }: { fullness: "empty" | "room" | "nearly_full" | "full" }) {
  const taken = { empty: 0, room: 3, nearly_full: 6, full: 8 }[fullness];
  return (
    <svg class="little-ring" viewBox="0 0 52 52" aria-hidden="true" focusable="false">
      {circleSpots(8, 26, 19).map((spot, index) => (
        <circle key={index} class={index < taken ? "taken" : ""} cx={spot.x} cy={spot.y} r="4.5" />
      ))}
    </svg>
  );
}

/** "room", "nearly full", "full". */
export function fullnessWord(fullness: "room" | "nearly_full" | "full"): string {
  return t(fullness === "room" ? "roomRoom" : fullness === "full" ? "roomFull" : "roomNearlyFull");
}
