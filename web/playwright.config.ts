import { defineConfig, devices } from '@playwright/test'

/** The browser is the system's; nothing is downloaded. */
const browser = {
  executablePath: process.env.YOUPENG_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}

export default defineConfig({
  testDir: 'e2e',
  timeout: 180_000,
  // One for each of two cores; the files share nothing.
  workers: 2,
  // A busy machine is slow, not wrong: what never comes is still missed.
  expect: { timeout: 20_000 },
  reporter: 'list',
  forbidOnly: true,
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    actionTimeout: 20_000,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    // A trace of every page costs more than the test; what the page showed is told without.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: browser,
  },
})
