import AxeBuilder from '@axe-core/playwright'
import { type Browser, expect, type Page } from '@playwright/test'

export const password = 'right horse 马'

/** Gathers what the console complains of. */
export function listen(page: Page): string[] {
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  return errors
}

/** Nothing in the console, and nothing for axe to say; messages in passing may be fading and are not looked at. */
export async function clean(page: Page, errors: string[]) {
  await page.evaluate(async () => {
    const frame = () => new Promise((then) => requestAnimationFrame(then))
    // What has just been changed begins to move with the next frame, and one movement may begin another.
    for (let calm = 0; calm < 2; ) {
      await frame()
      const moving = document
        .getAnimations()
        .filter((animation) => animation.playState === 'running' && animation.effect?.getTiming().iterations === 1)
      await Promise.all(moving.map((animation) => animation.finished.catch(() => undefined)))
      calm = moving.length > 0 ? 0 : calm + 1
    }
  })
  const { violations } = await new AxeBuilder({ page }).exclude('[role=dialog][aria-modal=false]').analyze()
  expect(
    violations.map((found) => `${page.url()} ${found.id}: ${found.nodes.map((node) => node.html).join(' ')}`),
  ).toEqual([])
  expect(errors).toEqual([])
}

/** Comes in by a one-time link. */
export async function enter(page: Page, link: string, name: string) {
  await page.goto(link)
  await page.locator('input[autocomplete=name]').fill(name)
  await page.locator('input[type=password]').fill(password)
  await page.locator('form button[type=submit]').click()
  await page.waitForURL('**/w/main**')
}

type Look = readonly ['en' | 'zh', 'light' | 'dark', number]

const looks: Look[] = [
  ['en', 'dark', 1440],
  ['zh', 'light', 390],
  ['zh', 'dark', 390],
]

/** Looks at pages as somebody else would: in English and dark, and on a phone; each is clean there too. */
export async function faces(
  browser: Browser,
  page: Page,
  base: string,
  prefix: string,
  paths: [string, string][],
  as: readonly Look[] = looks,
) {
  for (const [lang, scheme, width] of as) {
    const context = await browser.newContext({
      locale: lang === 'en' ? 'en-US' : 'zh-CN',
      colorScheme: scheme,
      viewport: { width, height: 844 },
      storageState: await page.context().storageState(),
    })
    await context.addInitScript((value) => localStorage.setItem('lang', value), lang)
    const other = await context.newPage()
    const errors = listen(other)
    for (const [name, path] of paths) {
      await other.goto(`${base}/w/main${path}`)
      await expect(other.locator('h1').first()).toBeVisible()
      await expect(other.locator('.skeleton')).toHaveCount(0)
      await clean(other, errors)
      expect(await other.evaluate(() => document.documentElement.scrollWidth), `${name} is too wide`).toBe(width)
      await other.screenshot({ path: `e2e/shots/${prefix}-${name}-${lang}-${scheme}-${width}.png` })
    }
    await context.close()
  }
}
