import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** What the app's own web view allows, so that the tests in a browser find what it would refuse. */
const CONTENT_SECURITY_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'";

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  // The fake backend is left out of what ships.
  define: { __FAKE__: JSON.stringify(mode !== 'production') },
  build: { target: ['es2022', 'safari16.4'], modulePreload: { polyfill: false }, reportCompressedSize: true },
  server: { port: 5173, strictPort: true },
  preview: { strictPort: true, headers: { 'content-security-policy': CONTENT_SECURITY_POLICY } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));
