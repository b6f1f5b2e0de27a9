import assert from "node:assert/strict";
import { test } from "node:test";
import { dayAndTime, dayName, dayOf, daysBetween, lengthOf, regionOf, timeOf, zoneName } from "../src/when.ts";

const NOON = Date.UTC(2026, 2, 5, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test("A day is the viewer's", () => {
  const at = Date.UTC(2026, 2, 1, 18, 40);
  assert.equal(dayOf(at, "Asia/Kolkata"), "2026-03-02");
  assert.equal(dayOf(at, "America/St_Johns"), "2026-03-01");
});

test("Midnight falls at the half hour where the zone does", () => {
  const midnight = Date.UTC(2026, 2, 2, 3, 30);
  assert.equal(dayOf(midnight - 1, "America/St_Johns"), "2026-03-01");
  assert.equal(dayOf(midnight, "America/St_Johns"), "2026-03-02");
});

test("Days are counted by the calendar, also where one has 23 or 25 hours", () => {
  // Half past midnight before the clocks go forward.
  const before = Date.UTC(2026, 2, 28, 23, 30);
  assert.equal(daysBetween(before, before + 22 * HOUR, "Europe/Berlin"), 0);
  assert.equal(daysBetween(before, before + 23 * HOUR, "Europe/Berlin"), 1);
  assert.equal(daysBetween(NOON, NOON - 400 * DAY, "UTC"), -400);
});

test("Near days have names, far ones a date", () => {
  const name = (at: number): string => dayName(at, NOON, "en", "UTC");
  assert.equal(name(NOON), "today");
  assert.equal(name(NOON - DAY), "yesterday");
  assert.equal(name(NOON + DAY), "tomorrow");
  assert.equal(name(NOON - 3 * DAY), "Monday");
  assert.equal(name(NOON - 30 * DAY), "February 3");
  assert.equal(name(NOON - 300 * DAY), "May 9, 2025");
});

test("Times are written as the language has them", () => {
  assert.equal(timeOf(NOON, "de", "UTC"), "12:00");
  assert.equal(timeOf(NOON, "en-US", "America/St_Johns"), "8:30 AM");
  assert.equal(dayAndTime(NOON, NOON - DAY, "de", "UTC"), "morgen 12:00");
});

test("A zone is named as people name it", () => {
  assert.equal(zoneName("en", "America/St_Johns", NOON), "Newfoundland Time");
});

test("Lengths are said in their largest unit", () => {
  assert.equal(lengthOf(7 * DAY, "en"), "7 days");
  assert.equal(lengthOf(24 * HOUR, "en"), "1 day");
  assert.equal(lengthOf(90 * 60_000, "en"), "2 hours");
  assert.equal(lengthOf(10 * 60_000, "en"), "10 minutes");
  assert.equal(lengthOf(1_000, "en"), "1 minute");
});

test("times are written as the device's own region writes them, in the page's language", () => {
  assert.equal(regionOf("en", ["de-DE", "en-GB", "en-US"]), "en-GB");
  assert.equal(regionOf("en", ["en", "en-US"]), "en");
  assert.equal(regionOf("en", ["eng-GB", "fr"]), "en");
  assert.equal(timeOf(NOON, regionOf("en", ["en-GB"]), "Europe/Berlin").slice(-3), ":00");
});
