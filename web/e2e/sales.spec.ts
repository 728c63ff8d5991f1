import { expect, test } from '@playwright/test'
import { make } from './records'
import { type Database, type Server, start } from './server'
import { clean, enter, listen } from './steps'

for (const database of ['sqlite', 'postgres'] satisfies Database[]) {
  test.describe(database, () => {
    let server: Server
    test.beforeAll(async () => {
      server = await start(database)
    })
    test.afterAll(() => server.stop())

    test('from a lead to a deal that is won', async ({ page }) => {
      const errors = listen(page)
      await enter(page, server.link, '王敏')
      const at = (path: string) => `${server.base}/w/main${path}`
      const known = await make(page, 'customer', { name: '华信科技有限公司', phones: [{ value: '13800138000' }] })
      const price = { amount: '1999.90', currency: 'CNY' }
      await make(page, 'product', { name: '离心泵', code: 'P-001', price })

      // A lead, by its form, becomes what is already known; that is said before anything is made.
      await page.goto(at('/lead'))
      await page.getByRole('button', { name: '新建线索' }).first().click()
      const leadForm = page.getByRole('dialog', { name: '新建线索', exact: true })
      await leadForm.getByLabel('姓名').fill('张伟')
      await leadForm.getByLabel('公司').fill('华信科技')
      await leadForm.getByRole('button', { name: '保存' }).click()
      await page.waitForURL('**/lead/*')
      await page.getByRole('button', { name: '转为客户' }).click()
      const convert = page.getByRole('dialog', { name: /转为客户/ })
      await expect(convert.getByText('可能已经有这条记录')).toBeVisible()
      await clean(page, errors)
      await convert.getByRole('button', { name: '选用', exact: true }).first().click()
      await convert.getByRole('group', { name: '是否新建' }).getByRole('button', { name: '新建' }).click()
      await convert.getByLabel('名称').last().fill('华信二期')
      await convert.getByRole('button', { name: '转为客户' }).click()
      await page.waitForURL(`**/customer/${known.id}`)
      await page.getByRole('tab', { name: '商机' }).click()
      await page.getByRole('link', { name: '华信二期' }).click()
      await page.waitForURL('**/deal/*')
      const deal = page.url().split('/').at(-1) ?? ''

      // The board: by menu, by keyboard and by mouse; each move can be taken back.
      await page.goto(at('/deal'))
      const column = (name: string) => page.getByRole('listitem', { name, exact: true })
      await expect(column('初步接触').getByRole('link', { name: '华信二期' })).toBeVisible()
      await page.getByRole('button', { name: '华信二期的更多操作' }).click()
      await page.getByRole('menuitem', { name: '方案报价' }).click()
      await expect(column('方案报价').getByRole('link', { name: '华信二期' })).toBeVisible()
      await page.getByText('已移到“方案报价”').first().locator('..').getByRole('button', { name: '撤销' }).click()
      await expect(column('初步接触').getByRole('link', { name: '华信二期' })).toBeVisible()
      const handle = page.getByRole('button', { name: '拖动商机 华信二期' })
      await handle.focus()
      await page.keyboard.press('Space')
      await page.keyboard.press('ArrowRight')
      await expect(page.getByText('在“需求确认”上方')).toBeAttached()
      await page.keyboard.press('Space')
      await expect(column('需求确认').getByRole('link', { name: '华信二期' })).toBeVisible()
      const target = await column('商务谈判').boundingBox()
      const card = await handle.boundingBox()
      if (!target || !card) throw new Error('the board is not laid out')
      await page.mouse.move(card.x + 100, card.y + 60)
      await page.mouse.down()
      await page.mouse.move(target.x + 120, target.y + 160, { steps: 12 })
      await page.mouse.up()
      await expect(column('商务谈判').getByRole('link', { name: '华信二期' })).toBeVisible()
      await clean(page, errors)

      // To lose asks why, to win asks how much.
      await page.getByRole('button', { name: '华信二期的更多操作' }).click()
      await page.getByRole('menuitem', { name: '输单' }).click()
      const lost = page.getByRole('dialog', { name: '为什么输单？' })
      await expect(lost.getByRole('button', { name: '输单' })).toBeDisabled()
      await lost.getByLabel('价格').check()
      await lost.getByRole('button', { name: '输单' }).click()
      await expect(lost).toBeHidden()
      await page.goto(at(`/deal/${deal}`))
      await page.getByRole('button', { name: '重新打开' }).click()
      await page.getByRole('button', { name: '赢单', exact: true }).click()
      const won = page.getByRole('dialog', { name: '赢单' })
      await won.getByLabel('金额').fill('128000')
      await won.getByRole('button', { name: '赢单' }).click()
      await expect(page.getByRole('button', { name: '重新打开' })).toBeVisible()
    })
  })
}
