import assert from "node:assert/strict";
import { test } from "node:test";
import { type Route, href, parse } from "../src/router.ts";

const ID = "abcdefgh_-345678";

test("Every route can be written and read again", () => {
  const routes: Route[] = [
    { at: "circles" },
    { at: "circle", circle: ID },
    { at: "door", circle: ID },
    { at: "invite", invite: "K7QM4T" },
    { at: "open" },
    { at: "safety" },
    { at: "before" },
  ];
  for (const route of routes) assert.deepEqual(parse(href(route)), route);
});

test("Anything else is the list", () => {
  for (const hash of ["", "#", "#/", "#/c/", "#/c/short", "#/c/<script>alert(1)", "#/x/y", "#/i/", `#/c/${ID}x`, "#rows"]) {
    assert.deepEqual(parse(hash), { at: "circles" });
  }
});

test("Addresses hold opaque ids and nothing else", () => {
  assert.match(href({ at: "circle", circle: ID }), /^#\/c\/[A-Za-z0-9_-]{16}$/);
});
