// What is needed soon after the first picture, and not for it; one piece of code, since many small ones weigh more.
export { default as Elsewhere } from "../ui/Elsewhere.js";
export { default as LobbyScreen } from "../ui/lobby/LobbyScreen.js";
export { default as Announcer } from "./Announcer.js";
export { carryOut } from "./carry_out.js";
