import { expect, test } from '@playwright/test'
import { make } from './records'
import { served } from './server'
import { clean, enter, listen } from './steps'

test.describe('sqlite', () => {
  const server = served('sqlite')

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

test.describe('postgres', () => {
  test.use({ locale: 'en-US', colorScheme: 'dark' })
  const server = served('postgres')

  test('the tasks of the day are on the first page and end there', async ({ page }) => {
    const errors = listen(page)
    await enter(page, server.link, 'Wang Min')
    await expect(page.getByText('No open tasks')).toBeVisible()
    const customer = (await make(page, 'customer', { name: 'Huaxin' })).id
    const hour = 3_600_000
    const at = (hours: number) => `${new Date(Date.now() + hours * hour).toISOString().slice(0, 19)}Z`
    for (let n = 1; n <= 8; n++)
      await make(page, 'activity', { kind: 'task', subject: `Late ${n}`, customer, due_at: at(n - 48) })
    await make(page, 'activity', { kind: 'task', subject: 'Much later', customer, due_at: at(72) })
    await make(page, 'activity', { kind: 'task', subject: 'Some day' })
    await page.reload()
    const tasks = page.getByRole('region', { name: 'My tasks' })
    // Those that are late leave room for what is to come.
    const late = tasks.getByRole('region', { name: 'Overdue' })
    await expect(late.getByRole('listitem')).toHaveCount(6)
    await expect(late.getByRole('heading')).toHaveText('Overdue 8')
    await expect(tasks.getByRole('region', { name: 'Later' }).getByRole('listitem')).toHaveCount(2)
    await clean(page, errors)
    await late.getByRole('checkbox', { name: 'Complete “Late 1”' }).click()
    await expect(late.getByRole('heading')).toHaveText('Overdue 7')
    await page.getByText('Task completed').first().locator('..').getByRole('button', { name: 'Undo' }).click()
    await expect(late.getByRole('heading')).toHaveText('Overdue 8')
    await tasks.getByRole('link', { name: 'Show all' }).first().click()
    await expect(page.getByText('10 records')).toBeVisible()
    await page.getByRole('link', { name: 'Much later' }).click()
    await page.getByRole('button', { name: 'Complete', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Reopen' })).toBeVisible()
  })
})
