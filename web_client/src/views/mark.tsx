import { SPRITE, seatOf } from "../seats.ts";

/** A seat's drawn mark in its hue. Always beside a name, so that it says nothing by itself. */
export function Mark({ id, class: more = "" }: { id: string; class?: string }) {
  const seat = seatOf(id);
  return <Icon name={`m${seat.mark}`} class={`hue-${seat.hue} ${more}`} />;
}

/** A drawing of the sprite. Without words of its own: what it stands beside has them. */
export function Icon({ name, class: more = "" }: { name: string; class?: string }) {
  return (
    <svg class={`mark ${more}`} aria-hidden="true" focusable="false">
      <use href={`${SPRITE}#${name}`} />
    </svg>
  );
}
