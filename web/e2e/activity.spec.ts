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

    test('a call, the next step, and the talk about it', async ({ page }) => {
      const errors = listen(page)
      await enter(page, server.link, '王敏')
      await expect(page.getByText('没有待办')).toBeVisible()
      const customer = await make(page, 'customer', { name: '华信科技有限公司' })
      await page.goto(`${server.base}/w/main/customer/${customer.id}`)
      const composer = page.getByRole('region', { name: '添加动态' })

      // The call and what comes next are one change.
      await composer.getByRole('button', { name: '电话' }).click()
      await composer.getByRole('button', { name: '有意向' }).click()
      await composer.getByLabel('内容').fill('客户要报价')
      await composer.getByRole('switch', { name: '同时约定下一步' }).click()
      await composer.getByLabel('下一步做什么').fill('发报价单')
      await composer.getByRole('button', { name: '明天' }).click()
      await clean(page, errors)
      await composer.getByRole('button', { name: '保存' }).click()
      await expect(page.getByRole('link', { name: '客户要报价' })).toBeVisible()
      const task = page.getByRole('checkbox', { name: '完成“发报价单”' })
      await expect(task).toBeVisible()
      await expect(page.getByText('下次联系').first()).toBeVisible()
      await task.click()
      await expect(page.getByText('任务已完成').first()).toBeVisible()
      await expect(task).toBeChecked()
      await page.getByText('任务已完成').first().locator('..').getByRole('button', { name: '撤销' }).click()
      await expect(task).not.toBeChecked()

      // A mention, and a comment under the entry that its author changes.
      await composer.getByRole('button', { name: '记录' }).click()
      await composer.getByLabel('内容').pressSequentially('请@')
      await page.getByRole('option', { name: '王敏' }).click()
      await expect(composer.getByLabel('内容')).toHaveValue('请@王敏 ')
      await composer.getByLabel('内容').pressSequentially('看看')
      await composer.getByRole('button', { name: '保存' }).click()
      await expect(page.getByRole('link', { name: '请@王敏 看看' })).toBeVisible()
      const entry = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: '客户要报价' }) })
      await entry.getByRole('button', { name: '评论' }).click()
      await entry.getByLabel('评论').last().fill('预算多少？')
      await entry.getByRole('button', { name: '发送' }).click()
      await expect(entry.getByText('预算多少？')).toBeVisible()
      await composer.getByRole('button', { name: '评论' }).click()
      await composer.getByLabel('评论').last().fill('重点客户')
      await composer.getByRole('button', { name: '发送' }).click()
      await expect(page.getByText('重点客户')).toBeVisible()
      await clean(page, errors)

      // What is refused says why where it is wrong.
      await composer.getByRole('button', { name: '任务' }).click()
      await composer.getByLabel('内容').fill('只有说明')
      await composer.getByLabel('主题').fill('')
      await composer.getByRole('button', { name: '保存' }).click()
      await expect(page.getByRole('checkbox', { name: '完成“只有说明”' })).toBeVisible()
    })
  })
}
