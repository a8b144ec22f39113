import { expect, test } from "vitest";
import { clock, lasted, people, size, wait } from "./units.js";

test("times are written as clocks write them", () => {
  expect([0, 7400, 754_000, 3_723_000, -5].map(clock)).toEqual(["0:00", "0:07", "12:34", "1:02:03", "0:00"]);
});

test("what is still to be waited for is never nothing, and is rounded up", () => {
  expect([-1, 1, 1001, 59_001, 60_001, 7_200_000].map(wait)).toEqual(["1 second", "1 second", "2 seconds", "1 minute", "2 minutes", "2 hours"]);
});

test("how long something lasted is told in minutes and seconds", () => {
  expect([0, 1000, 61_000, 120_000, 204_000].map(lasted)).toEqual(["0 seconds", "1 second", "1 minute 1 second", "2 minutes", "3 minutes 24 seconds"]);
});

test("sizes and people are counted in words", () => {
  expect([12, 1500, 9_800_000].map(size)).toEqual(["12 B", "2 kB", "9.8 MB"]);
  expect([1, 37].map(people)).toEqual(["1 person", "37 people"]);
});
