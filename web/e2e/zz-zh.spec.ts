import { expect, test } from '@playwright/test'
import { type Server, start } from './server'
import { clean, enter, faces, listen, password } from './steps'

test.describe('中文', () => {
  let server: Server
  test.beforeAll(async () => {
    server = await start('sqlite')
  })
  test.afterAll(() => server.stop())

  test('an administrator sets the workspace up', async ({ page, browser }) => {
    test.setTimeout(240_000)
    const errors = listen(page)
    await enter(page, server.link, '王敏')
    const to = (path: string) => page.goto(`${server.base}/w/main/settings/${path}`)
    const shot = async (name: string) => {
      await clean(page, errors)
      await page.screenshot({ path: `e2e/shots/settings-${name}.png` })
    }

    await to('objects')
    await page.getByRole('button', { name: '新建对象' }).click()
    await page.getByLabel('中文名称').fill('项目')
    await page.getByLabel('英文名称').fill('Project')
    await page.getByRole('button', { name: '创建' }).click()
    await page.waitForURL('**/settings/objects/x_project')
    await page.getByRole('button', { name: '新建字段' }).click()
    const field = page.getByRole('dialog', { name: '新建字段' })
    await field.getByLabel('类型').selectOption('choice')
    await field.getByRole('textbox', { name: '中文名称', exact: true }).fill('阶段')
    await field.getByRole('textbox', { name: '英文名称', exact: true }).fill('Phase')
    await field.getByLabel('第 1 个选项的中文').fill('立项')
    await field.getByLabel('第 2 个选项的中文').fill('验收')
    await field.getByRole('switch', { name: '列表中显示' }).click()
    await page.screenshot({ path: 'e2e/shots/settings-field.png' })
    await field.getByRole('button', { name: '保存' }).click()
    await expect(field).toBeHidden()
    await expect(page.getByText('阶段').first()).toBeVisible()
    await shot('object')
    await page.goto(`${server.base}/w/main/x_project`)
    await page.getByRole('button', { name: '新建项目' }).first().click()
    const record = page.getByRole('dialog', { name: '新建项目', exact: true })
    await record.getByLabel('阶段').click()
    await expect(page.getByRole('option', { name: '验收' })).toBeVisible()

    await to('audit')
    await expect(page.getByText('新建字段 项目 · 阶段')).toBeVisible()
    await page.getByRole('button', { name: '撤销' }).first().click()
    await expect(page.getByText('已被撤销')).toBeVisible()
    await shot('audit')
  })
})

