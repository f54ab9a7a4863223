import { defineConfig } from '@playwright/test';

const PORT = 4173;

/** The browser of the system: set `WHARF_CHROMIUM` where Debian's is not the one to use. */
const executablePath = process.env['WHARF_CHROMIUM'] ?? '/usr/bin/chromium';

export default defineConfig<object, { pictures: boolean }>({
  testDir: 'tests/browser',
  outputDir: 'test-results/browser',
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env['CI'],
  reporter: [['list', { printSteps: false }]],
  timeout: 40_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    viewport: { width: 1120, height: 760 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: { executablePath, args: ['--no-sandbox'] },
  },
  projects: [{ name: 'tests' }, { name: 'pictures', testMatch: 'states.spec.ts', use: { pictures: true } }],
  webServer: {
    command: `npx vite preview --mode fake --host 127.0.0.1 --port ${PORT} --outDir test-results/site`,
    url: `http://127.0.0.1:${PORT}`,
    reuseExistingServer: false,
  },
});
