import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  // The service says where the page is: below the path that a proxy tells.
  base: "./",
  plugins: [svelte()],
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2023",
    // A `data:` address would need an exception in the page's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
