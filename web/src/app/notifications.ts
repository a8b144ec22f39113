import type { Signal } from "./signals.js";

const titles: Record<Extract<Signal, { type: "notify" }>["about"], (from: string) => string> = {
  matched: (from) => `You have met ${from}`,
  message: (from) => from,
  call: (from) => `${from} is calling`,
};

/** A note of the system's, if the guest has allowed it; a click brings the page back. */
export function notify(signal: Signal): void {
  if (signal.type !== "notify" || !("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const note = new Notification(titles[signal.about](signal.from), { body: signal.text, icon: "/favicon.svg", tag: `parley-${signal.about}` });
    note.onclick = () => {
      window.focus();
      note.close();
    };
  } catch {
    // Browsers on phones know notifications of service workers only; the title and the tone have to do there.
  }
}
