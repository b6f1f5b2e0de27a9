import { SPRITE, circleSpots, seatOf } from "../seats.ts";

/** One seat to draw: `null` is a free chair. */
export interface Sitting {
  readonly id: string;
  readonly mine: boolean;
  readonly here: boolean;
}

export function Seat({ x, y, size, sitting, lit }: { x: number; y: number; size: number; sitting: Sitting | null; lit?: boolean }) {
  if (!sitting) {
    return (
      <g class="seat free">
        <circle cx={x} cy={y} r={size / 2} />
      </g>
    );
  }
  const { mark, hue } = seatOf(sitting.id);
  const inner = size * 0.64;
  const state = `${sitting.mine ? "mine" : ""} ${sitting.here ? "" : "asleep"} ${lit ? "lit" : ""}`;
  return (
    <g class={`seat hue-${hue} ${state}`}>
      {lit && <circle class="glow" cx={x} cy={y} r={size * 0.85} />}
      <circle cx={x} cy={y} r={size / 2} />
      <use href={`${SPRITE}#m${mark}`} x={x - inner / 2} y={y - inner / 2} width={inner} height={inner} />
      {sitting.mine && <line x1={x - size / 4} x2={x + size / 4} y1={y + size / 2 + 5} y2={y + size / 2 + 5} />}
    </g>
  );
}

/** Empty chairs with one lit: the one that waits for you. */
export function WaitingRing({ seed, chairs = 8 }: { seed: string | null; chairs?: number }) {
  const spots = circleSpots(chairs, 150, 112);
  return (
    <svg class="ring" viewBox="0 0 300 300" aria-hidden="true" focusable="false">
      <circle class="floor" cx="150" cy="150" r="76" />
      {spots.map((spot, index) => (
        <Seat
          key={index}
          x={spot.x}
          y={spot.y}
          size={54}
          sitting={index === 0 && seed !== null ? { id: seed, mine: false, here: true } : null}
          lit={index === 0}
        />
      ))}
    </svg>
  );
}
