import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { type Database, type Server, start } from './server'

/** Nothing in the console, and nothing for axe to say. */
async function clean(page: Page, errors: string[]) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.html).join(' ')}`)).toEqual([])
  expect(errors).toEqual([])
}

async function enter(page: Page, link: string, name: string) {
  await page.goto(link)
  await page.getByLabel('姓名').fill(name)
  await page.locator('input[type=password]').fill('right horse 马')
  await page.locator('form button[type=submit]').click()
  await page.waitForURL('**/w/main**')
}

for (const database of ['sqlite', 'postgres'] satisfies Database[]) {
  test.describe(database, () => {
    let server: Server
    test.beforeAll(async () => {
      server = await start(database)
    })
    test.afterAll(() => server.stop())

    test('the first hour of the first person', async ({ page, browser }) => {
      const errors: string[] = []
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      page.on('pageerror', (error) => errors.push(error.message))
      await enter(page, server.link, '王敏')
      await expect(page.getByText('王敏').first()).toBeVisible()

      await page.goto(`${server.base}/w/main/customer`)
      for (const [name, phone] of [
        ['华信科技有限公司', '138 0013 8000'],
        ['重庆单氏食品厂', '+86 23 6312 3456'],
      ] as const) {
        await page.getByRole('button', { name: '新建客户' }).first().click()
        const form = page.getByRole('dialog', { name: '新建客户', exact: true })
        await form.getByLabel('名称').fill(name)
        await form.getByLabel('电话').first().fill(phone)
        await form.getByRole('button', { name: '保存' }).click()
        await expect(form).toBeHidden()
        await page.goto(`${server.base}/w/main/customer`)
        await expect(page.getByText(name).first()).toBeVisible()
      }
      await clean(page, errors)
      await page.screenshot({ path: `e2e/shots/${database}-list.png` })

      for (const [q, name] of [
        ['chongqing', '重庆单氏食品厂'],
        ['hxkj', '华信科技有限公司'],
        ['8000', '华信科技有限公司'],
      ] as const) {
        await page.keyboard.press('Control+k')
        await page.getByRole('combobox').fill(q)
        await expect(page.getByRole('option', { name }).first()).toBeVisible()
        await page.keyboard.press('Escape')
      }

      await page.getByText('华信科技有限公司').first().click()
      await page.waitForURL('**/customer/*')
      await page
        .getByRole('button', { name: /编辑.*地址|地址.*编辑/ })
        .or(page.getByText('显示其余'))
        .first()
        .click()
      await page
        .getByRole('button', { name: /编辑.*地址|地址.*编辑/ })
        .first()
        .click()
      await page.getByLabel('地址').last().fill('北京市海淀区')
      await page.keyboard.press('Enter')
      await expect(page.locator('dd', { hasText: '北京市海淀区' })).toBeVisible()
      await page.getByRole('tab', { name: '变更历史' }).click()
      await page.getByRole('button', { name: '撤销' }).first().click()
      await expect(page.getByText('已撤销').first()).toBeVisible()
      await page.reload()
      await expect(page.getByRole('heading', { name: '华信科技有限公司' })).toBeVisible()
      await expect(page.locator('dd', { hasText: '北京市海淀区' })).toHaveCount(0)
      await clean(page, errors)
      await page.screenshot({ path: `e2e/shots/${database}-record.png` })

      for (const [locale, scheme, width] of [
        ['en-US', 'dark', 1440],
        ['en-US', 'light', 390],
        ['zh-CN', 'dark', 390],
      ] as const) {
        const other = await browser.newContext({
          locale,
          colorScheme: scheme,
          viewport: { width, height: 844 },
          storageState: await page.context().storageState({ indexedDB: false }),
        })
        const face = await other.newPage()
        for (const [name, path] of [
          ['home', ''],
          ['list', '/customer'],
          ['record', new URL(page.url()).pathname.replace('/w/main', '')],
        ] as const) {
          await face.goto(`${server.base}/w/main${path}`)
          await expect(face.getByText('华信科技有限公司').first()).toBeVisible()
          await clean(face, errors)
          await face.screenshot({ path: `e2e/shots/${database}-${name}-${locale}-${scheme}-${width}.png` })
        }
        await other.close()
      }

      await page.getByRole('button', { name: /账号菜单/ }).click()
      await page.getByRole('menuitem', { name: '退出' }).click()
      await page.waitForURL('**/sign-in**')
      await page.getByLabel('邮箱').fill('admin@youpeng.local')
      await page.locator('input[type=password]').fill('wrong horse')
      await page.locator('form button[type=submit]').click()
      await expect(page.getByText('邮箱或密码不对')).toBeVisible()
      await page.locator('input[type=password]').fill('right horse 马')
      await page.locator('form button[type=submit]').click()
      await page.waitForURL('**/w/main**')
    })
  })
}
