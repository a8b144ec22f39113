// One guest in a browser: what it does and what it sees, by the names and roles that people and screen readers know.

import assert from "node:assert/strict";
import { WatchedPage } from "./watched_page.mjs";

export class GuestPage extends WatchedPage {
  // The start and the lobby

  async open(path = "/") {
    await this.page.goto(this.home + path);
    await this.page.getByRole("button", { name: /^Start$|^Continue as/ }).waitFor();
  }

  /** From the start page into the lobby, under this guest's name. */
  async start() {
    await this.open();
    await this.page.getByRole("textbox", { name: "Your name here" }).fill(this.name);
    await this.button("Start").click();
  }

  button(name, options = {}) {
    return this.page.getByRole("button", { name, exact: typeof name === "string", ...options });
  }

  seesLobby() {
    return this.page.locator('[data-screen="lobby"][data-state="searching"]').waitFor();
  }

  seesStart() {
    return this.page.locator('[data-screen="start"]').getByRole("button", { name: /^Start$|^Continue as/ }).waitFor();
  }

  async seesChatWith(partner) {
    await this.page.getByRole("heading", { level: 1, name: partner, exact: true }).waitFor();
    await this.composer.waitFor();
  }

  /** A sentence, wherever it stands. */
  reads(text) {
    return this.page.getByText(text).first().waitFor();
  }

  // The chat

  get composer() {
    return this.page.getByRole("textbox", { name: /^Message to / });
  }

  get log() {
    return this.page.getByRole("log");
  }

  async type(text) {
    await this.composer.fill(text);
  }

  async say(text) {
    await this.type(text);
    await this.composer.press("Enter");
    await this.message(text).waitFor();
  }

  message(text) {
    return this.log.locator("li[data-mine]").filter({ hasText: text });
  }

  /** A message of the partner's, once. */
  async hearsSaid(text) {
    await this.message(text).waitFor();
    assert.equal(await this.message(text).count(), 1, `${this.name} sees "${text}" more than once`);
  }

  /** An own message has come so far: `Sending`, `Sent`, `Delivered` or `Not sent`. */
  seesReceipt(text, receipt) {
    return this.message(text).getByRole("img", { name: receipt, exact: true }).waitFor();
  }

  /** All texts in the order in which they stand, each with whose it is. */
  async conversation() {
    return this.log.locator("li[data-mine]").evaluateAll((items) =>
      items.map((item) => `${item.dataset.mine === "true" ? "mine" : "theirs"}: ${item.querySelector("[class*=text]")?.textContent}`)
    );
  }

  async attach(...files) {
    await this.page.locator("input[data-attach]").setInputFiles(files);
  }

  async chooseFromMenu(item, menu = "More") {
    await this.button(menu).click();
    await this.page.getByRole("menuitem", { name: item }).click();
  }

  async leave() {
    await this.chooseFromMenu("Leave the chat");
    await this.button("Leave and erase").click();
  }

  async seesChatIsOver(why) {
    await this.page.locator('[data-screen="chat"][data-state="over"]').waitFor();
    if (why) await this.reads(why);
  }

  // Calls

  /** Opens the preview and calls from it. */
  async call(partner, kind = "video") {
    await this.button(kind === "video" ? `Video call ${partner}` : `Call ${partner}`).click();
    await this.confirmCall(`Call ${partner}`);
  }

  /** Out of the preview, once the devices are there. */
  async confirmCall(name) {
    const dialog = this.page.getByRole("dialog");
    await dialog.getByText(/^Please answer the browser's question/).waitFor({ state: "detached" });
    await dialog.getByRole("button", { name, exact: true }).click();
  }

  async isCalled(by) {
    await this.page.getByRole("alertdialog", { name: `${by} is calling` }).waitFor();
  }

  async accept(by, how = "Accept with video") {
    await this.isCalled(by);
    await this.button(how).click();
    await this.confirmCall("Join the call");
  }

  async decline(by) {
    await this.isCalled(by);
    await this.button("Decline").click();
  }

  async hangUp() {
    await this.button("Hang up").click();
  }

  /** `calling`, `connecting`, `in-call`, `reconnecting` or `ended`. */
  async seesCall(state, options) {
    await this.page.locator(`[data-call="${state}"]`).waitFor(options);
  }

  async seesCallEnded(why) {
    await this.seesCall("ended");
    if (why) await this.page.locator('[data-call="ended"]').getByText(why).waitFor();
  }

  async seesNoCall() {
    await this.page.locator("[data-call], dialog").first().waitFor({ state: "detached" });
  }
}
