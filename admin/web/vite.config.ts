import { fileURLToPath } from "node:url";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { precompress } from "./precompress.ts";

// `npm run dev` serves the pages and hands everything else to a platform that `make run` started.
const PLATFORM = process.env["TANDEM_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), tailwind(), precompress()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // Nothing is inlined: the pages may run no script and no worklet from a data: address.
  build: { target: "es2022", chunkSizeWarningLimit: 900, assetsInlineLimit: 0 },
  server: {
    proxy: {
      "/api": { target: PLATFORM, ws: true },
      "/phone/media": { target: PLATFORM, ws: true },
      "/charts": PLATFORM,
    },
  },
});
