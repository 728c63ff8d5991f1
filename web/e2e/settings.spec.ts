import { expect, test } from '@playwright/test'
import { make } from './records'
import { served } from './server'
import { clean, enter, faces, listen, password } from './steps'

test.describe('中文', () => {
  const server = served('sqlite')

  test('an administrator sets the workspace up', async ({ page, browser }) => {
    test.setTimeout(240_000)
    const errors = listen(page)
    await enter(page, server.link, '王敏')
    const to = (path: string) => page.goto(`${server.base}/w/main/settings/${path}`)
    const shot = async (name: string) => {
      await clean(page, errors)
      await page.screenshot({ path: `e2e/shots/settings-${name}.png` })
    }

    await page.getByRole('link', { name: '设置' }).click()
    await page.waitForURL('**/settings/profile')
    await page.getByLabel('姓名').fill('王小敏')
    await page.getByRole('button', { name: '保存' }).click()
    await expect(page.getByRole('button', { name: /王小敏.*账号菜单/ })).toBeVisible()
    await expect(page.getByText('本机')).toBeVisible()
    await shot('profile')

    await to('departments')
    for (const name of ['华东', '上海']) {
      if (name === '华东') await page.getByRole('button', { name: '新建部门' }).first().click()
      else await page.getByRole('button', { name: '下级部门' }).first().click()
      const form = page.getByRole('dialog')
      await form.getByLabel('名称').fill(name)
      await form.getByRole('button', { name: '保存' }).click()
      await expect(page.getByRole('list', { name: '部门' }).getByText(name)).toBeVisible()
    }
    await shot('departments')

    await to('people')
    await page.getByRole('button', { name: '邀请同事' }).click()
    const invite = page.getByRole('dialog', { name: '邀请同事' })
    await invite.getByLabel('邮箱').fill('lilei@example.com')
    await invite.getByLabel('姓名').fill('李雷')
    await invite.getByLabel('部门').click()
    await page.getByRole('option', { name: '上海' }).click()
    await invite.getByRole('button', { name: '邀请', exact: true }).click()
    const link = await page.getByLabel('一次性链接').inputValue()
    await shot('invited')
    await page.getByRole('button', { name: '完成' }).click()
    await expect(page.getByRole('list', { name: '员工' }).getByText('已邀请')).toBeVisible()

    const theirs = await browser.newContext({ locale: 'zh-CN' })
    const li = await theirs.newPage()
    await enter(li, link, '李雷')
    await li.goto(`${server.base}/w/main/settings/people`)
    await expect(li.getByText('这一页只有管理员能看')).toBeVisible()

    await to('people')
    await expect(page.getByRole('list', { name: '员工' }).getByText('上海')).toBeVisible()
    await shot('people')
    await page.getByRole('button', { name: '李雷的操作' }).click()
    await page.getByRole('menuitem', { name: '重设密码链接' }).click()
    await expect(page.getByLabel('一次性链接')).toHaveValue(/\/link\//)
    await page.getByRole('button', { name: '完成' }).click()
    await page.getByRole('button', { name: '李雷的操作' }).click()
    await page.getByRole('menuitem', { name: '停用' }).click()
    await expect(page.getByText('李雷已停用')).toBeVisible()
    await li.goto(`${server.base}/w/main/customer`)
    await li.waitForURL('**/sign-in**')
    await theirs.close()

    await to('roles')
    await page.getByRole('button', { name: '新建角色' }).click()
    await page.getByLabel('角色名称').fill('客服')
    await page.getByRole('button', { name: '创建' }).click()
    await page.waitForURL('**/settings/roles/*')
    await page.getByLabel('客户 查看').selectOption('department')
    await page.getByLabel('客户 导出').click()
    await page.getByRole('button', { name: '客户的字段权限' }).click()
    await page.getByLabel('客户 电话').selectOption('masked')
    await page.getByRole('button', { name: '保存' }).click()
    await expect(page.getByText('已保存').first()).toBeVisible()
    await page.reload()
    await expect(page.getByLabel('客户 查看')).toHaveValue('department')
    await page.getByRole('button', { name: '客户的字段权限' }).click()
    await expect(page.getByLabel('客户 电话')).toHaveValue('masked')
    await shot('role')

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
    await page.getByRole('button', { name: /^名称.*name$/ }).click()
    const title = page.getByRole('dialog', { name: '名称', exact: true })
    await title.getByRole('switch', { name: '用于查重' }).click()
    await title.getByRole('button', { name: '保存' }).click()
    await expect(title).toBeHidden()
    await expect(page.getByText('用于查重')).toBeVisible()
    await shot('object')
    await page.goto(`${server.base}/w/main/x_project`)
    await page.getByRole('button', { name: '新建项目' }).first().click()
    const record = page.getByRole('dialog', { name: '新建项目', exact: true })
    await record.getByLabel('阶段').click()
    await expect(page.getByRole('option', { name: '验收' })).toBeVisible()

    // Values that stand twice are in the way of uniqueness: they are told, shown, mended, and it is tried again.
    for (const name of ['同名', '同名', '独名']) await make(page, 'x_project', { name })
    await to('objects/x_project')
    await page.getByRole('button', { name: /^名称.*name$/ }).click()
    await title.getByRole('switch', { name: '不能重复' }).click()
    await title.getByRole('button', { name: '保存' }).click()
    await page.getByRole('button', { name: '未生效：1 个值重复' }).click()
    const twice = page.getByRole('dialog', { name: '“名称”不能重复' })
    await expect(twice.getByRole('link', { name: '同名' })).toHaveCount(2)
    await shot('unique')
    await twice.getByRole('link', { name: '同名' }).first().click()
    await expect(page.getByRole('heading', { name: '同名' }).first()).toBeVisible()
    const { id, version } = await (
      await page.request.get(`${server.base}/w/main/api/v1/records/x_project/${page.url().split('/').pop()}`)
    ).json()
    await page.request.patch(`${server.base}/w/main/api/v1/records/x_project/${id}`, {
      data: { version, name: '异名' },
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    })
    await to('objects/x_project')
    await page.getByRole('button', { name: /^名称.*name$/ }).click()
    await title.getByRole('button', { name: '查看这些记录' }).click()
    await twice.getByRole('button', { name: '再试一次' }).click()
    await expect(twice.getByText('所有值都不相同，已生效。')).toBeVisible()
    await twice.getByRole('button', { name: '关闭' }).last().click()
    await title.getByRole('button', { name: '取消' }).click()
    await expect(page.getByText('不能重复')).toBeVisible()

    await to('audit')
    await expect(page.getByText('新建字段 项目 · 阶段')).toBeVisible()
    await page.getByRole('button', { name: '撤销' }).first().click()
    await expect(page.getByText('已被撤销')).toBeVisible()
    await shot('audit')
  })
})

test.describe('English', () => {
  test.use({ locale: 'en-US' })
  const server = served('postgres')

  test('keys, tags, stages, and every page of the settings on a phone in the dark', async ({ page, browser }) => {
    test.setTimeout(240_000)
    const errors = listen(page)
    await enter(page, server.link, 'Emma Wang')
    const to = (path: string) => page.goto(`${server.base}/w/main/settings/${path}`)
    const shot = async (name: string) => {
      await clean(page, errors)
      await page.screenshot({ path: `e2e/shots/settings-${name}-en.png` })
    }
    const form = page.getByRole('dialog')

    await to('keys')
    await page.getByRole('button', { name: 'New key' }).first().click()
    await form.getByLabel('Name').fill('ERP')
    await form.getByRole('button', { name: 'Create' }).click()
    await expect(page.getByLabel('Key', { exact: true })).toHaveValue(/^yp_/)
    await shot('key')
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Revoke' }).click()
    await form.getByRole('button', { name: 'Revoke' }).click()
    await expect(page.getByText('No keys yet')).toBeVisible()

    await to('workspace')
    await page.getByLabel('Name of the company').fill('Harbour Ltd')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Harbour Ltd').first()).toBeVisible()
    await to('audit')
    await expect(page.getByText('Renamed the company: My company → Harbour Ltd')).toBeVisible()

    await to('tags')
    await page.getByRole('button', { name: 'New tag' }).first().click()
    await form.getByLabel('Name').fill('Key account')
    await form.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('list', { name: 'Tags' }).getByText('Key account')).toBeVisible()

    await to('pipelines')
    const stages = page.getByRole('list', { name: 'Standard pipeline' }).getByRole('listitem')
    await expect(stages.first()).toContainText('First contact')
    await page.getByRole('button', { name: 'Move First contact down' }).click()
    await expect(stages.first()).toContainText('Needs confirmed')
    await shot('pipelines')

    const roles = await (await page.request.get(`${server.base}/w/main/api/v1/records/role`)).json()
    await faces(
      browser,
      page,
      server.base,
      'settings',
      [
        ['menu', '/settings'],
        ['profile', '/settings/profile'],
        ['keys', '/settings/keys'],
        ['people', '/settings/people'],
        ['departments', '/settings/departments'],
        ['roles', '/settings/roles'],
        ['role', `/settings/roles/${roles.data[0].id}`],
        ['objects', '/settings/objects'],
        ['object', '/settings/objects/customer'],
        ['pipelines', '/settings/pipelines'],
        ['tags', '/settings/tags'],
        ['audit', '/settings/audit'],
        ['jobs', '/settings/jobs'],
        ['notifications', '/notifications'],
      ],
      [['en', 'dark', 390]],
    )

    await to('profile')
    await page.getByLabel('Current password').fill(password)
    await page.getByLabel('New password').fill('another horse 马')
    await page.getByRole('button', { name: 'Change password' }).click()
    await expect(page.getByText('Password changed').first()).toBeVisible()
    await page.getByRole('button', { name: /Account/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await page.getByRole('button', { name: 'Forgot your password?' }).click()
    await expect(page.getByText('Ask an administrator')).toBeVisible()
    await shot('forgot')
  })
})
