import { expect, test } from "vitest";
import { pieces } from "./links.js";

const hrefs = (text: string) => pieces(text).flatMap(({ href }) => href ?? []);
const whole = (text: string) => pieces(text).map((piece) => piece.text).join("");

test("only http and https become links", () => {
  expect(hrefs("see http://a.example and https://b.example/x?y=1#z")).toEqual(["http://a.example/", "https://b.example/x?y=1#z"]);
  expect(hrefs("javascript:alert(1) data:text/html,x ftp://a.example file:///etc/passwd //a.example www.a.example")).toEqual([]);
});

test("the punctuation after an address does not belong to it", () => {
  expect(hrefs("(https://a.example/b). https://a.example/c_(d)! Is it https://a.example/e?")).toEqual([
    "https://a.example/b",
    "https://a.example/c_(d)",
    "https://a.example/e",
  ]);
});

test("no letter of a text is lost, whatever it holds", () => {
  for (const text of ["", "<b>a</b> & b", "https://", "https://[", "x https://a.example, y\n z", "https://a.example)))"]) {
    expect(whole(text)).toBe(text);
  }
});
