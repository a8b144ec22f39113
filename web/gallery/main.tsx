import { createRoot } from "react-dom/client";
import { App } from "../src/app/App.js";
import { callStates } from "./call_states.js";
import { chatStates } from "./chat_states.js";
import { stillParley, type StillParley } from "./parley.js";
import { sessionStates } from "./session_states.js";

const states = { ...sessionStates, ...chatStates, ...callStates };
const root = createRoot(document.getElementById("root")!);

declare global {
  interface Window {
    gallery: { names: string[]; parley: StillParley | null };
  }
}
window.gallery = { names: Object.keys(states), parley: null };

const name = decodeURIComponent(location.hash.slice(1));
const state = states[name];
if (state) {
  const shown = state();
  const parley = stillParley(shown);
  window.gallery.parley = parley;
  root.render(<App parley={parley} />);
  await stands("main");
  if (shown.chat) await stands("[data-screen=chat]");
  if (shown.call) await stands("[data-call], dialog[open]");
  for (const label of shown.press ?? []) (await appears(label)).click();
  document.documentElement.dataset.ready = name;
} else {
  root.render(<Index />);
}
addEventListener("hashchange", () => location.reload());

function Index() {
  return (
    <main>
      <h1>Every state of Parley</h1>
      <ul>
        {window.gallery.names.map((each) => (
          <li key={each}>
            <a href={`#${each}`}>{each}</a>
          </li>
        ))}
      </ul>
    </main>
  );
}

/** Waits for a view whose code comes later. */
async function stands(selector: string): Promise<void> {
  while (!document.querySelector(selector)) await new Promise(requestAnimationFrame);
}

/** Waits for a button with this name; what is to be pressed may come with a piece of code of its own. */
async function appears(label: string): Promise<HTMLElement> {
  for (;;) {
    const found = [...document.querySelectorAll<HTMLElement>("button")].find((button) => nameOf(button) === label && button.checkVisibility());
    if (found) return found;
    // A chat beside the picture needs no button to be shown.
    if (label === "Show chat" && document.querySelector("[data-chat-shown=true] [data-call]")) return document.body;
    await new Promise(requestAnimationFrame);
  }
}

function nameOf(button: HTMLElement): string | undefined {
  return button.getAttribute("aria-label") ?? button.textContent?.trim();
}
