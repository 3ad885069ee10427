import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist/", "src/lib/schema.d.ts"] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // There is no SvelteKit, whose links these are about.
      "svelte/no-navigation-without-resolve": "off",
      // What is made anew at each change need not tell of changes within.
      "svelte/prefer-svelte-reactivity": "off",
    },
  },
  {
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-console": "error",
      "svelte/no-at-html-tags": "error",
      "no-restricted-properties": ["error", { property: "innerHTML", message: "HTML goes into the page in lib/html.ts alone." }],
    },
  },
);
