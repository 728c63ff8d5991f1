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
  // Generous: a slow machine is no fault of the product.
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: 'list',
  forbidOnly: true,
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    actionTimeout: 30_000,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    trace: 'retain-on-failure',
    launchOptions: browser,
  },
})
