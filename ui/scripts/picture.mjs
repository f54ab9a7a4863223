/** Takes the picture of the window for the project's README: `npm run picture`. */
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';

const TARGET = fileURLToPath(new URL('../../docs/window.png', import.meta.url));
const SITE = 'test-results/site';

await build({ mode: 'fake', logLevel: 'warn', build: { outDir: SITE, emptyOutDir: true } });
const server = await preview({ mode: 'fake', build: { outDir: SITE }, preview: { host: '127.0.0.1', port: 4174 } });
const browser = await chromium.launch({
  executablePath: process.env.WHARF_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({
  viewport: { width: 1040, height: 640 },
  deviceScaleFactor: 1.5,
  colorScheme: 'light',
  reducedMotion: 'reduce',
});
await page.goto('http://127.0.0.1:4174/?scenario=showcase');
// The look of a common desktop, whatever fonts are on the machine that takes the picture.
await page.evaluate(() => document.documentElement.style.setProperty('--font', "Cantarell, 'DejaVu Sans', sans-serif"));
await page.getByRole('button', { name: /^Build/ }).click();
await page.getByText('Setting up make').waitFor();
await page.mouse.move(700, 620);
await page.screenshot({ path: TARGET });
await browser.close();
await server.close();
