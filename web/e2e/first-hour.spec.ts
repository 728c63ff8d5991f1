import { expect, test } from '@playwright/test'
import { make } from './records'
import { served } from './server'
import { clean, enter, listen, password } from './steps'

test.describe('sqlite', () => {
  const server = served('sqlite')

  test('the first hour of the first person', async ({ page }) => {
    const errors = listen(page)
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
    await expect(page.locator('#main')).toBeFocused() // the next Tab begins in the new page
    await page.getByText('显示其余').first().click()
    await page
      .getByRole('button', { name: /编辑.*地址|地址.*编辑/ })
      .first()
      .click()
    await page.getByLabel('地址').last().fill('北京市海淀区')
    await page.keyboard.press('Enter')
    await expect(page.locator('dd', { hasText: '北京市海淀区' })).toBeVisible()
    await page.getByRole('tab', { name: '变更历史' }).click()
    await expect(page.getByRole('listitem').filter({ hasText: '界面' }).first()).toBeVisible()
    await page.getByRole('button', { name: '撤销' }).first().click()
    await expect(page.getByText('已撤销').first()).toBeVisible()
    await page.reload()
    await expect(page.getByRole('heading', { name: '华信科技有限公司' })).toBeVisible()
    await expect(page.locator('dd', { hasText: '北京市海淀区' })).toHaveCount(0)
    await clean(page, errors)

    await page.getByRole('button', { name: /账号菜单/ }).click()
    await page.getByRole('menuitem', { name: '退出' }).click()
    await page.waitForURL('**/sign-in**')
    await page.getByLabel('邮箱').fill('admin@youpeng.local')
    await page.locator('input[type=password]').fill('wrong horse')
    await page.locator('form button[type=submit]').click()
    await expect(page.getByText('邮箱或密码不对')).toBeVisible()
    await page.locator('input[type=password]').fill(password)
    await page.locator('form button[type=submit]').click()
    await page.waitForURL('**/w/main**')
    await expect(page.getByRole('heading', { name: /王敏/ })).toBeVisible()
    await page.goBack() // past the way in, to where one was before
    await expect(page.getByRole('heading', { name: '华信科技有限公司' })).toBeVisible()
  })
})

test.describe('postgres', () => {
  test.use({ locale: 'en-US', colorScheme: 'dark' })
  const server = served('postgres')

  test('the same in English, in the dark and on a phone', async ({ page, browser }) => {
    const errors = listen(page)
    await enter(page, server.link, 'Wang Min')
    const customer = await make(page, 'customer', { name: '华信科技有限公司', phones: [{ value: '13800138000' }] })
    const screens: [string, string | RegExp][] = [
      ['', 'My tasks'],
      ['/customer', '华信科技有限公司'],
      [`/customer/${customer.id}`, '华信科技有限公司'],
    ]
    for (const [path, text] of screens) {
      await page.goto(`${server.base}/w/main${path}`)
      await expect(page.getByText(text).first()).toBeVisible()
      await clean(page, errors)
    }
    const phone = await browser.newContext({
      locale: 'en-US',
      viewport: { width: 390, height: 844 },
      storageState: await page.context().storageState(),
    })
    const small = await phone.newPage()
    const complaints = listen(small)
    for (const [path, text] of screens) {
      await small.goto(`${server.base}/w/main${path}`)
      await expect(small.getByText(text).first()).toBeVisible()
      expect(await small.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
      await clean(small, complaints)
    }
    await phone.close()
  })
})
