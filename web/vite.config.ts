import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The server that the development page talks to. */
const server = process.env.PARLEY_URL ?? "http://127.0.0.1:3001";

export default defineConfig(({ mode }) => ({
  plugins: [react()],
  css: { modules: { localsConvention: "camelCaseOnly" } },
  build: {
    target: "es2022",
    // Those with `light-dark()` and `popover`, of the year 2024: what styles say needs no translation for them.
    cssTarget: ["chrome123", "firefox125", "safari17.5"],
    // One small file, so that no view has to wait for its styles.
    cssCodeSplit: false,
    // Small pictures as files as well: the page's policy allows no data: addresses in styles.
    assetsInlineLimit: 0,
    // Every browser that runs the rest knows modulepreload.
    modulePreload: { polyfill: false },
    rolldownOptions: mode === "gallery" ? { input: "gallery.html" } : {},
  },
  server: {
    port: 5173,
    proxy: {
      "/api": server,
      "/health": server,
      "/socket.io": { target: server, ws: true },
    },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
}));
