import { expect, test } from "vitest";
import { hueOf, initialsOf } from "./Avatar.js";

test("initials are taken from the words of a name, however they are joined", () => {
  expect(["BraveOwl417", "quiet_otter", "ada", "Jean-Luc Picard", "417", "_"].map(initialsOf)).toEqual(["BO", "QO", "A", "JP", "4", "_"]);
});

test("the same guest has the same colour, and it is one", () => {
  expect(hueOf("guest_1")).toBe(hueOf("guest_1"));
  for (const id of ["", "guest_1", "guest_ü🦉"]) expect(hueOf(id)).toSatisfy((hue: number) => hue >= 0 && hue < 360);
});
