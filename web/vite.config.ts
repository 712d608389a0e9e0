import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env["LEADLINE_DEV_SERVER"] ?? "http://127.0.0.1:4400";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // A strict content security policy forbids data: fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // ECharts is one lazy chunk of its own.
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: "127.0.0.1",
    port: 4401,
    proxy: { "/api": server, "/healthz": server, "/readyz": server, "/login": server },
  },
});
