// A page in a browser of its own guest, that is watched: whatever it says, does or gets amiss is a fault.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { until } from "../../support/wait.mjs";
import { installHooks, readCalls } from "./hooks.mjs";

export class WatchedPage {
  #allowed = [];
  #console = [];
  /** What a page must not say, do or get, and nobody has announced. */
  #faults = [];

  /**
   * A context of its own: what it stores no other guest sees. `media`: it may use camera and microphone. `relayOnly`: its
   * calls find no other way.
   */
  static async open(browser, { name, media = true, relayOnly = false, viewport = { width: 1280, height: 800 }, ...context } = {}) {
    const guest = new this();
    guest.name = name;
    guest.context = await browser.newContext({
      viewport,
      permissions: media ? ["camera", "microphone"] : [],
      reducedMotion: "reduce",
      ...context,
    });
    await guest.context.tracing.start({ snapshots: true, title: name });
    await guest.context.addInitScript(installHooks, { relayOnly });
    guest.page = await guest.newPage();
    return guest;
  }

  /** Another tab of the same guest, watched in the same way. */
  async newPage() {
    const page = await this.context.newPage();
    page.setDefaultTimeout(10_000);
    page.on("console", (message) => this.#hear(`console ${message.type()}: ${message.text()} (${message.location().url})`));
    page.on("pageerror", (error) => this.#hear(`page error: ${error.stack ?? error}`));
    page.on("response", (response) => {
      if (response.status() >= 400) this.#hear(`HTTP ${response.status()}: ${response.request().method()} ${response.url()}`);
    });
    return page;
  }

  #hear(line) {
    this.#console.push(line);
    if (!this.#allowed.some((pattern) => pattern.test(line))) this.#faults.push(line);
  }

  /** From now on lines that fit one of these are no fault. */
  allow(...patterns) {
    this.#allowed.push(...patterns);
  }

  /** A server that is away, or a network that is cut, shows in the console of every browser. */
  allowOutage() {
    this.allow(/^console error: (WebSocket connection to|Failed to load resource: net::ERR_)/);
  }

  /** Waits until the page has said something like it. */
  hears(pattern) {
    return until(() => this.#console.some((line) => pattern.test(line)), `${this.name}'s page says ${pattern}`);
  }

  requireNoFault() {
    assert.deepEqual(this.#faults, [], `${this.name}'s page is not in order`);
  }

  calls() {
    return this.page.evaluate(readCalls);
  }

  /** Every rule of axe holds in the state that the page is in. */
  async requireAccessible(state) {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    const told = violations.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(({ html }) => html).join("\n    ")}`);
    assert.deepEqual(told, [], `${this.name}, ${state}`);
  }

  /** Puts whatever tells why a journey failed into `folder`. */
  async keepEvidence(folder) {
    mkdirSync(folder, { recursive: true });
    const file = (ending) => path.join(folder, `${this.name}.${ending}`);
    writeFileSync(file("console.txt"), `${this.#console.join("\n")}\n`);
    for (const [at, page] of this.context.pages().entries()) {
      await page.screenshot({ path: file(`${at}.png`) }).catch(() => {});
      const calls = await page.evaluate(readCalls).catch(String);
      writeFileSync(file(`${at}.calls.json`), JSON.stringify(calls, null, 2));
      writeFileSync(file(`${at}.html`), await page.content().catch(String));
    }
    await this.context.tracing.stop({ path: file("trace.zip") }).catch(() => {});
  }

  async close() {
    await this.context.close();
  }
}
