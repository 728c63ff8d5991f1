import { type Browser, type Locator, type Page, expect as patient } from '@playwright/test'
import { clean, listen, password } from '../steps'

/** A busy machine shows things late. */
export const expect = patient.configure({ timeout: 30_000 })

export type Lang = 'zh' | 'en'

/** Says a thing in the language of the day. */
export type Say = <T extends string | RegExp>(zh: T, en: T) => T

/** Somebody at work in a browser of their own. */
export type Person = {
  page: Page
  say: Say
  /** Looks at the screen as it is: the console, the rules of access, and a picture. One screen on a desk, the next on a phone. */
  look: (name: string) => Promise<void>
  /** Follows a link of the navigation. */
  open: (zh: string, en: string) => Promise<void>
  close: () => Promise<void>
}

/** By turns; what the Chinese day sees on a desk the English one sees on a phone, so every screen is seen on both. */
const faces = {
  zh: [
    [1440, 'light'],
    [390, 'dark'],
  ],
  en: [
    [390, 'light'],
    [1440, 'dark'],
  ],
} as const

export async function person(browser: Browser, lang: Lang, prefix: string): Promise<Person> {
  const context = await browser.newContext({
    locale: lang === 'zh' ? 'zh-CN' : 'en-US',
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const errors = listen(page)
  const say: Say = (zh, en) => (lang === 'zh' ? zh : en)
  let looks = 0
  return {
    page,
    say,
    close: () => context.close(),
    async look(name) {
      const [width, colorScheme] = faces[lang][looks++ % 2 === 0 ? 0 : 1]
      await page.setViewportSize({ width, height: width === 1440 ? 900 : 844 })
      await page.emulateMedia({ colorScheme })
      await expect(page.locator('.skeleton')).toHaveCount(0)
      await clean(page, errors)
      await page.screenshot({ path: `e2e/shots/${prefix}-${name}-${width}-${colorScheme}.png` })
      await page.setViewportSize({ width: 1440, height: 900 })
    },
    async open(zh, en) {
      const name = say(zh, en)
      await nav({ page, say }, name).click()
      await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible()
    },
  }
}

/** A link of the navigation. */
export const nav = ({ page, say }: Pick<Person, 'page' | 'say'>, name: string) =>
  page.getByRole('navigation', { name: say('主导航', 'Main navigation') }).getByRole('link', { name, exact: true })

/** Comes in by a one-time link, with a name and a password of one's own. */
export async function enter({ page, say }: Person, link: string, name: string) {
  await page.goto(link)
  await page.getByLabel(say('姓名', 'Name')).fill(name)
  await page.locator('input[type=password]').fill(password)
  await page.getByRole('button', { name: say('开始使用', 'Start') }).click()
  await page.waitForURL('**/w/main**')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name)
}

/** Chooses from one of the product's own lists, searching where it offers to. */
export async function pick({ page }: Person, control: Locator, name: string, search?: string) {
  await control.click()
  if (search) await page.getByRole('combobox').last().fill(search)
  await page.getByRole('option', { name }).first().click()
}

/** The form of a new record, opened by the button of the list one is on. */
export async function make({ page, say }: Person, zh: string, en: string): Promise<Locator> {
  const title = say(`新建${zh}`, `New ${en.toLowerCase()}`)
  await page.getByRole('button', { name: title, exact: true }).first().click()
  const form = page.getByRole('dialog', { name: title, exact: true })
  await expect(form).toBeVisible()
  return form
}

export async function save({ say }: Person, form: Locator) {
  const button = form.getByRole('button', { name: say('保存', 'Save'), exact: true })
  await button.click()
  // A picker that is still fading counts as a dialog, too: the button tells the form.
  await expect(button).toHaveCount(0)
}

/** The dialog on the screen; what is said in passing counts as none. */
export const dialog = (page: Page) => page.locator('[role=dialog]:not([aria-modal=false])')

/** A line to write on, by its exact name. */
export const text = (form: Locator, name: string) => form.getByRole('textbox', { name, exact: true })
