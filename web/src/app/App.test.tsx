import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { stillParley, type Shown } from "../../gallery/parley.js";
import { sessionStates } from "../../gallery/session_states.js";
import { App } from "./App.js";

afterEach(cleanup);

function show(name: string, change: (shown: Shown) => void = () => {}) {
  const shown = sessionStates[name]!();
  change(shown);
  const parley = stillParley(shown);
  render(<App parley={parley} />);
  return parley;
}

test("one button starts, under the name that is proposed", async () => {
  const { done } = show("start-fresh");
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Your name here" }).value).toBe("QuietOtter42");
  await userEvent.click(screen.getByRole("button", { name: "Start" }));
  await userEvent.click(screen.getByRole("button", { name: "Propose another name" }));
  expect(done).toEqual(["start", "rerollName"]);
});

test("Enter in the name field starts as well", async () => {
  const { done } = show("start-fresh");
  await userEvent.type(screen.getByRole("textbox", { name: "Your name here" }), "x{Enter}");
  expect(done).toEqual(["typeName QuietOtter42x", "start"]);
});

test("whoever comes back goes on under the old name, or takes another", async () => {
  const { done } = show("start-returning");
  await userEvent.click(screen.getByRole("button", { name: "Continue as QuietOtter42" }));
  await userEvent.click(screen.getByRole("button", { name: "Start under another name" }));
  expect(done).toEqual(["start", "signOut"]);
});

test("a name that breaks a rule says which, at the field", () => {
  show("start-invalid");
  const field = screen.getByRole("textbox", { name: "Your name here" });
  expect(field.getAttribute("aria-invalid")).toBe("true");
  const note = document.getElementById(field.getAttribute("aria-describedby")!);
  expect(note?.textContent).toBe("Only the letters A to Z, digits and _ can stand in a name.");
});

test("while the guest is being made nothing can be started twice", async () => {
  const { done } = show("start-creating");
  await userEvent.click(screen.getByRole("button", { name: "One moment…" }));
  expect(done).toEqual([]);
});

test("an unreachable server is said, with the time until the next attempt and a way to hasten it", async () => {
  const { done } = show("start-unreachable");
  expect(screen.getByText(/The server cannot be reached. Trying again in \d+ seconds?\./)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Try now" }));
  expect(done).toEqual(["retry"]);
});

test("no number of people is shown that is not known", () => {
  show("start-fresh", ({ session }) => {
    if (session.at === "start") session.online = null;
  });
  expect(screen.queryByText(/here now/)).toBeNull();
});

test("the lobby says that it searches and can be left", async () => {
  const { done } = show("lobby-alone");
  expect(await screen.findByRole("heading", { name: "Looking for someone…" })).toBe(document.activeElement);
  await userEvent.click(screen.getByRole("button", { name: "Stop searching" }));
  expect(done).toEqual(["cancelSearch"]);
});

test("a session that is open elsewhere can be taken back", async () => {
  const { done } = show("session-replaced");
  await userEvent.click(await screen.findByRole("button", { name: "Use it here" }));
  expect(done).toEqual(["useHere"]);
});
