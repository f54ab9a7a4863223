import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** What the app's own web view allows, so that the tests in a browser find what it would refuse. */
const CONTENT_SECURITY_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'";

/** What the terminal's library does that the app refuses, how often, and what it does instead. */
const REFUSED = [
  // No inline style is allowed: the text goes into a sheet that our script constructs.
  { found: /createElement\("style"\)/g, times: 3, instead: 'createElement("constructed-style")' },
  { found: /\.setAttribute\("style",(`[^`]*`)\)/g, times: 1, instead: '.style.cssText=$1' },
  // `Object.prototype` is frozen, and then nothing can be given a `toString` by assignment.
  { found: /\b(\w+)\.toString=(\w+);/g, times: 1, instead: 'Object.defineProperty($1,"toString",{value:$2});' },
] as const;

const terminalAsAllowed: Plugin = {
  name: 'terminal-as-allowed',
  transform: {
    filter: { id: /@xterm\/xterm\/lib\/xterm\.mjs/ },
    handler(code) {
      for (const { found, times, instead } of REFUSED) {
        const count = code.match(found)?.length ?? 0;
        if (count !== times)
          this.error(`The terminal's library has changed: ${found.source} stands in it ${count} times.`);
        code = code.replace(found, instead);
      }
      return { code, map: null };
    },
  },
};

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), terminalAsAllowed],
  // The fake backend is left out of what ships.
  define: { __FAKE__: JSON.stringify(mode !== 'production') },
  build: { target: ['es2022', 'safari16.4'], modulePreload: { polyfill: false }, reportCompressedSize: true },
  server: { port: 5173, strictPort: true },
  preview: { strictPort: true, headers: { 'content-security-policy': CONTENT_SECURITY_POLICY } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));
