/** Takes the pictures of the window for the project's README: `npm run picture`. */
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';

const SITE = 'test-results/site';

await build({ mode: 'fake', logLevel: 'warn', build: { outDir: SITE, emptyOutDir: true } });
const server = await preview({ mode: 'fake', build: { outDir: SITE }, preview: { host: '127.0.0.1', port: 4174 } });
const browser = await chromium.launch({
  executablePath: process.env.WHARF_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

/** The look of a common desktop, whatever fonts are on the machine that takes the picture. */
const FONTS = "Cantarell, 'DejaVu Sans', sans-serif";

async function take(name, colorScheme, scenario, prepare) {
  const page = await browser.newPage({
    viewport: { width: 1040, height: 640 },
    deviceScaleFactor: 1.5,
    colorScheme,
    reducedMotion: 'reduce',
  });
  await page.goto(`http://127.0.0.1:4174/?scenario=${scenario}`);
  await page.evaluate((fonts) => document.documentElement.style.setProperty('--font', fonts), FONTS);
  await prepare(page);
  await page.screenshot({ path: fileURLToPath(new URL(`../../docs/${name}.png`, import.meta.url)) });
  await page.close();
}

await take('window', 'light', 'showcase', async (page) => {
  await page.getByRole('button', { name: /^Build/ }).click();
  await page.getByText('Setting up make').waitFor();
  await page.mouse.move(700, 620);
});
await take('window-dark', 'dark', 'changed-rebuild', (page) => page.getByTestId('changes').waitFor());
await browser.close();
await server.close();
