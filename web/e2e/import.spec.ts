import { expect, test } from '@playwright/test'
import { served } from './server'
import { clean, enter, faces, listen } from './steps'

/** 客户名称,联系人,手机 / 华信科技有限公司,张三,13800138000 / 重庆单氏食品厂,李四,12 / 华信科技,王五,13800138000 in GB18030. */
const file = Buffer.from(
  'bfcdbba7c3fbb3c62cc1aacfb5c8cb2ccad6bbfa0abbaad0c5bfc6bcbcd3d0cfdeb9abcbbe2cd5c5c8fd2c31333830303133383030300ad6d8c7ecb5a5cacfcab3c6b7b3a72cc0eecbc42c31320a',
  'hex',
)

test.describe('中文', () => {
  const server = served('sqlite')

  test('a file comes in, is mended, is taken back, and a list goes out', async ({ page }) => {
    test.setTimeout(240_000)
    const errors = listen(page)
    await enter(page, server.link, '王敏')
    const shot = async (name: string) => {
      await clean(page, errors)
      await page.screenshot({ path: `e2e/shots/import-${name}.png` })
    }
    const give = (name: string, buffer: Buffer) =>
      page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer })

    await page.goto(`${server.base}/w/main/customer`)
    await page.getByRole('button', { name: '更多' }).click()
    await page.getByRole('menuitem', { name: '导入…' }).click()
    await page.waitForURL('**/import?object=customer')
    await shot('file')
    await give('客户.csv', file)
    await expect(page.getByLabel('编码')).toHaveValue('gb18030')
    await expect(page.getByLabel('“客户名称”对应的字段')).toHaveValue('customer.name')
    await shot('map')
    await page.getByRole('button', { name: '试运行' }).click()
    await expect(page.getByRole('button', { name: '开始导入' })).toBeEnabled()
    await expect(page.getByText('第 3 行')).toBeVisible()
    await shot('trial')
    await page.goto(`${server.base}/w/main/customer`)
    await expect(page.getByText('暂无客户').or(page.getByText('还没有客户')).first()).toBeVisible()
    await page.goBack()
    await page.getByRole('button', { name: '开始导入' }).click()
    await expect(page.getByRole('link', { name: '查看客户' })).toBeVisible()
    const [mend] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: '下载待修正文件' }).click(),
    ])
    expect(mend.suggestedFilename()).toContain('客户')
    await shot('done')
    await page.getByRole('link', { name: '查看客户' }).click()
    await expect(page.getByText('华信科技有限公司').first()).toBeVisible()

    await page.goto(`${server.base}/w/main/import?object=customer`)
    await give('again.csv', file)
    await page.getByRole('button', { name: '试运行' }).click()
    await expect(page.getByRole('button', { name: '开始导入' })).toBeEnabled()
    await page.getByRole('tab', { name: /重复/ }).click()
    await expect(page.getByLabel('第 2 行怎么处理')).toBeVisible()
    await page.getByLabel('第 2 行怎么处理').selectOption({ label: '更新 华信科技有限公司' })
    await shot('duplicates')

    await page.goto(`${server.base}/w/main/import?object=customer`)
    await give('levels.csv', Buffer.from('客户名称,客户级别,负责人\n远景机械,重点,老张\n蓝天机械,重点,王敏\n'))
    await page.getByRole('button', { name: '试运行' }).click()
    const unknown = page.getByRole('list', { name: '文件里的这些内容没有对应的选项或记录' })
    await expect(unknown.getByRole('listitem')).toHaveCount(2)
    await page.getByLabel('“重点”是什么').selectOption({ label: 'A 级' })
    await page.getByLabel('“老张”是什么').selectOption({ label: '留空' })
    await shot('unknown')
    await page.getByRole('button', { name: '照此再试一遍' }).click()
    await expect(unknown).toHaveCount(0)
    await expect(page.getByText('2 / 2')).toBeVisible()
    await expect(page.getByRole('tab', { name: /有误/ })).toHaveCount(0)

    await page.goto(`${server.base}/w/main/customer`)
    await page.getByRole('button', { name: '更多' }).click()
    await page.getByRole('menuitem', { name: '导出…' }).click()
    await page.getByRole('button', { name: '导出', exact: true }).click()
    const [out] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^下载/ }).click()])
    expect(out.suggestedFilename()).toMatch(/\.xlsx$/)
    await shot('export')

    await page.goto(`${server.base}/w/main/settings/imports`)
    await expect(page.getByText('试运行').first()).toBeVisible()
    await shot('history')
    await page.getByRole('button', { name: '撤销导入' }).click()
    await expect(page.getByText('已撤销').first()).toBeVisible()
    await page.goto(`${server.base}/w/main/settings/jobs`)
    await expect(page.getByRole('list', { name: '后台任务' }).getByText('导出').first()).toBeVisible()
    await shot('jobs')
    await page.goto(`${server.base}/w/main/customer`)
    await expect(page.getByText('华信科技有限公司')).toHaveCount(0)
  })
})

test.describe('English', () => {
  test.use({ locale: 'en-US' })
  const server = served('postgres')

  test('all that a list finds is changed by a job, and an import is taken back', async ({ page, browser }) => {
    test.setTimeout(240_000)
    const errors = listen(page)
    await enter(page, server.link, 'Emma Wang')
    const rows = Array.from(
      { length: 60 },
      (_, n) => `Harbour Trading ${n + 1},+86138001380${String(n).padStart(2, '0')}`,
    )
    await page.goto(`${server.base}/w/main/import?object=customer`)
    await page.locator('input[type=file]').setInputFiles({
      name: 'customers.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['Name,Phones', ...rows].join('\n')),
    })
    await expect(page.getByLabel('Field for “Name”')).toHaveValue('customer.name')
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByRole('link', { name: 'Show customers' }).click()

    await page.getByRole('checkbox', { name: 'Select the records in sight' }).click()
    await page.getByRole('button', { name: 'Select all 60' }).click()
    const bar = page.getByRole('toolbar', { name: '60 selected' })
    await expect(bar).toBeVisible()
    await clean(page, errors)
    await page.screenshot({ path: 'e2e/shots/import-matching-en.png' })
    await bar.getByRole('button', { name: 'Edit field' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Field').selectOption({ label: 'Level' })
    await form.getByLabel('Level').click()
    await page.getByRole('option', { name: 'A', exact: true }).click()
    await form.getByRole('button', { name: 'Apply' }).click()
    await expect(page.getByText('Mass change · Customers: 60 records done')).toBeVisible({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Jobs' }).click()
    await expect(page.getByRole('dialog', { name: 'Jobs' }).getByText('Mass change · Customers')).toBeVisible()
    await clean(page, errors)
    await page.screenshot({ path: 'e2e/shots/import-centre-en.png' })
    await page.getByRole('link', { name: 'All jobs' }).click()
    await expect(page.getByRole('list', { name: 'Jobs' }).getByText('Mass change').first()).toBeVisible()

    await page.goto(`${server.base}/w/main/settings/imports`)
    await page.getByRole('button', { name: 'Undo the import' }).click()
    await expect(page.getByText('Undone').first()).toBeVisible()
    await faces(
      browser,
      page,
      server.base,
      'import',
      [
        ['file', '/import?object=customer'],
        ['history', '/settings/imports'],
        ['jobs', '/settings/jobs'],
      ],
      [['en', 'dark', 390]],
    )
  })
})
