import { createRoot } from "react-dom/client";
import { mirrorInAddress } from "./app/address.js";
import { App } from "./app/App.js";
import { createParley } from "./app/create_parley.js";

const parley = createParley();
mirrorInAddress(parley.session);
createRoot(document.getElementById("root")!).render(<App parley={parley} />);

// Not needed for the first picture.
void import("./app/second.js").then(({ carryOut }) => carryOut(parley)).catch(() => {});
