import assert from "node:assert/strict";
import { test } from "node:test";
import { HUES, MARKS, type Seat, arcSpots, circleSpots, forgetSeats, seatOf, seatTogether } from "../src/seats.ts";

const ids = Array.from({ length: 2_000 }, (_, n) => `participant-${n.toString(36).padStart(4, "0")}`);

test("a seat looks the same every time, and is one of those that are drawn", () => {
  for (const id of ids) {
    const seat = seatOf(id);
    assert.deepEqual(seatOf(id), seat);
    assert(seat.mark >= 0 && seat.mark < MARKS && seat.hue >= 0 && seat.hue < HUES);
  }
});

test("marks and hues are spread evenly, each over all of the other", () => {
  const seen = new Map<string, number>();
  for (const id of ids) {
    const { mark, hue } = seatOf(id);
    seen.set(`${mark} ${hue}`, (seen.get(`${mark} ${hue}`) ?? 0) + 1);
  }
  assert.equal(seen.size, MARKS * HUES);
  const usual = ids.length / (MARKS * HUES);
  for (const times of seen.values()) assert(times < usual * 2.5, String(times));
});

test("people who sit together have each a mark of their own, as long as there are marks", () => {
  for (let from = 0; from < 600; from += 12) {
    const together = ids.slice(from, from + 12);
    seatTogether(together);
    assert.equal(new Set(together.map((id) => seatOf(id).mark)).size, 12);
  }
  forgetSeats();
  seatTogether(ids.slice(0, MARKS * HUES));
  assert.equal(new Set(ids.slice(0, MARKS * HUES).map(look)).size, MARKS * HUES);
  forgetSeats();
});

test("a seat stays the same when others come", () => {
  seatTogether(ids.slice(0, 5));
  const before = ids.slice(0, 5).map(look);
  seatTogether([...ids.slice(5, 40), ...ids.slice(0, 5)]);
  assert.deepEqual(ids.slice(0, 5).map(look), before);
  forgetSeats();
});

function look(id: string): string {
  const { mark, hue }: Seat = seatOf(id);
  return `${mark} ${hue}`;
}

test("seats of a ring are evenly far from its middle, the first at the bottom", () => {
  for (const count of [1, 2, 8, 16]) {
    const spots = circleSpots(count, 150, 112);
    assert.equal(spots.length, count);
    for (const { x, y } of spots) assert(Math.abs(Math.hypot(x - 150, y - 150) - 112) < 1e-9);
    assert(spots[0] && Math.abs(spots[0].x - 150) < 1e-9 && spots[0].y > 150);
  }
});

test("seats of an arc go from one side to the other within its width", () => {
  for (const count of [1, 2, 5, 9]) {
    const spots = arcSpots(count, 262, 13);
    for (const [at, spot] of spots.entries()) {
      assert(spot.x >= 0 && spot.x <= 262 && spot.y >= 0 && spot.y <= 13);
      if (at > 0) assert(spot.x > (spots[at - 1]?.x ?? 0));
    }
  }
});
