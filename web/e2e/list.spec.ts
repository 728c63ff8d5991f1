import { expect, test } from '@playwright/test'
import { ask, make } from './records'
import { served } from './server'
import { clean, enter, listen } from './steps'

type Field = { name: string; kind: string; right: string; filter: boolean; label: { zh: string } }

test.describe('sqlite', () => {
  const server = served('sqlite')

  test('a list is filtered, sorted and edited', async ({ page }) => {
    const errors = listen(page)
    await enter(page, server.link, '王敏')
    const names = ['华信科技有限公司', '重庆单氏食品厂', '上海云帆物流', '杭州远景精密机械']
    for (const [index, name] of names.entries())
      await make(page, 'customer', { name, level: index % 2 ? 'B' : 'A', employees: (index + 1) * 100 })
    const row = (name: string) => page.getByRole('row').filter({ hasText: name })
    await page.goto(`${server.base}/w/main/customer`)
    await expect(page.getByText('共 4 条')).toBeVisible()

    // Facets narrow the list, and the header sorts it.
    await page.getByRole('group', { name: '按选项筛选' }).getByRole('button', { name: /A 级/ }).click()
    await expect(page.getByText('共 2 条')).toBeVisible()
    await page.getByRole('group', { name: '按选项筛选' }).getByRole('button', { name: /A 级/ }).click()
    await expect(page.getByText('共 4 条')).toBeVisible()
    await page.getByRole('columnheader', { name: '名称' }).getByRole('button').click()
    await expect(page.getByRole('row').nth(1)).toContainText('重庆单氏食品厂')
    await page.getByRole('button', { name: '排序' }).click()
    await page.getByRole('combobox', { name: '添加排序' }).selectOption({ label: '员工人数' })
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^列/ }).click()
    await page.getByRole('checkbox', { name: '员工人数' }).click()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('columnheader', { name: '员工人数' })).toBeVisible()

    const refused: string[] = []
    page.on('response', (response) => {
      if (response.status() === 400) refused.push(response.url())
    })
    // Every field that can be compared is, by the first thing that its kind offers.
    const { objects } = await (await page.request.get(`${server.base}/w/main/api/v1/meta/objects`)).json()
    const fields: Field[] = objects.find((entry: { name: string }) => entry.name === 'customer').fields
    await page.getByRole('button', { name: '筛选', exact: true }).click()
    const box = page.getByRole('dialog', { name: '筛选' })
    for (const field of fields.filter((entry) => entry.filter && entry.right !== 'hidden')) {
      await box.getByRole('button', { name: '添加条件', exact: true }).click()
      await page.getByRole('combobox', { name: '搜索' }).fill(field.label.zh)
      await page.getByRole('option', { name: field.label.zh, exact: true }).first().click()
      const op = box.getByRole('combobox', { name: '比较' })
      for (const name of await op
        .locator('option')
        .evaluateAll((list) => list.map((entry) => (entry as HTMLOptionElement).value)))
        await op.selectOption(name)
      await op.selectOption({ index: (await op.locator('option').count()) - 1 })
      await box.getByRole('button', { name: '移除条件' }).click()
    }
    await box.getByRole('button', { name: '添加条件', exact: true }).click()
    await page.getByRole('combobox', { name: '搜索' }).fill('员工')
    await page.getByRole('option', { name: '员工人数' }).click()
    await box.getByRole('combobox', { name: '比较' }).selectOption('between')
    await box.getByLabel('值 1').fill('150')
    await box.getByLabel('值 2').fill('350')
    await expect(page.getByText('共 2 条')).toBeVisible()
    expect(refused).toEqual([])
    await clean(page, errors)
    await box.getByRole('button', { name: '清除筛选' }).click()
    await page.keyboard.press('Escape')
    await expect(page.getByText('共 4 条')).toBeVisible()

    // A cell is edited where it stands; who was quicker is told, with both values.
    const { data } = await ask<{ data: { id: string; version: number }[] }>(page, '/records/customer/query', {
      filter: { field: 'name', op: 'eq', value: '上海云帆物流' },
    })
    const quick = data[0]
    if (!quick) throw new Error('the customer is missing')
    const employees = row('上海云帆物流').getByRole('gridcell').filter({ hasText: '300' })
    await employees.dblclick()
    await page.getByRole('spinbutton').or(page.getByLabel('员工人数')).last().fill('310')
    await page.request.patch(`${server.base}/w/main/api/v1/records/customer/${quick.id}`, {
      data: { version: quick.version, employees: 999 },
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    })
    await page.keyboard.press('Enter')
    await expect(page.getByText('“员工人数”刚被其他人改为“999”，您填的是“310”。').first()).toBeVisible()

    // The keys lead into the list from anywhere on the page, and what opens over it gives the focus back.
    await page.reload()
    const grid = page.getByRole('grid', { name: '客户' })
    await expect(grid).toBeVisible()
    await page.keyboard.press('j')
    await expect(grid).toBeFocused()
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('combobox')).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(grid).toBeFocused()

    // On a phone a record begins with what happened; its fields are one tab away.
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${server.base}/w/main/customer/${quick.id}`)
    await expect(page.getByRole('tabpanel', { name: '时间线' })).toBeInViewport()
    await page.getByRole('tab', { name: '详细信息' }).click()
    await expect(page.getByRole('tabpanel').locator('dd', { hasText: '999' })).toBeVisible()
    await clean(page, [])
    await page.goto(`${server.base}/w/main/nowhere/at-all`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await clean(page, [])
  })
})

test.describe('postgres', () => {
  test.use({ locale: 'en-US', colorScheme: 'dark' })
  const server = served('postgres')

  test('many are changed at once, deleted, and told apart', async ({ page }) => {
    const errors = listen(page)
    await enter(page, server.link, 'Wang Min')
    for (const name of ['Huaxin Technology', 'Cloud Logistics', 'Far Horizon'])
      await make(page, 'customer', { name, level: 'A' })
    const list = `${server.base}/w/main/customer`
    await page.goto(list)
    await expect(page.getByText('3 records')).toBeVisible()

    // One field of several records.
    for (const name of ['Cloud Logistics', 'Far Horizon'])
      await page.getByRole('checkbox', { name: `Select ${name}` }).click()
    await page.getByRole('button', { name: 'Edit field' }).click()
    const field = page.getByRole('dialog', { name: 'Edit a field of 2 records' })
    await field.getByRole('combobox', { name: 'Field' }).selectOption({ label: 'Region' })
    await field.getByRole('combobox', { name: 'Field' }).selectOption({ label: 'Employees' })
    await field.getByLabel('Employees').fill('4321')
    await field.getByRole('button', { name: 'Apply' }).click()
    await expect(page.getByText('2 records changed').first()).toBeVisible()
    await page.goto(`${list}?filter=${encodeURIComponent('{"and":[{"field":"employees","op":"eq","value":4321}]}')}`)
    await expect(page.getByText('2 records', { exact: true })).toBeVisible()

    // To the bin, back, and away for good.
    await page.getByRole('checkbox', { name: 'Select the records in sight' }).click()
    await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByText('No record matches')).toBeVisible()
    await page.goto(`${list}?deleted=true`)
    const gone = (name: string) => page.getByRole('listitem').filter({ hasText: name })
    await clean(page, errors)
    await gone('Far Horizon').getByRole('button', { name: 'Restore' }).click()
    await expect(gone('Far Horizon')).toHaveCount(0)
    await gone('Cloud Logistics').getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
    await expect(page.getByText('The recycle bin is empty')).toBeVisible()
    await page.getByRole('button', { name: 'Back' }).click()
    await expect(page.getByText('2 records', { exact: true })).toBeVisible()

    // The form says who it might already be.
    await page.getByRole('button', { name: 'New customer' }).click()
    const form = page.getByRole('dialog', { name: 'New customer', exact: true })
    await form.getByLabel(/^Name/).first().fill('Huaxin Technology')
    await expect(form.getByText('This may exist already')).toBeVisible()
    await expect(form.getByRole('link', { name: 'Huaxin Technology' })).toBeVisible()
    await clean(page, errors)
    await form.getByRole('button', { name: 'Cancel' }).click()

    // Who was quicker with the same field is told in the form, with both values.
    const { data } = await ask<{ data: { id: string; version: number }[] }>(page, '/records/customer/query', {
      filter: { field: 'name', op: 'eq', value: 'Far Horizon' },
    })
    const quick = data[0]
    if (!quick) throw new Error('the customer is missing')
    await page.goto(`${list}/${quick.id}`)
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    const edit = page.getByRole('dialog', { name: 'Edit Far Horizon' })
    await edit.getByLabel('Employees').fill('10')
    await page.request.patch(`${server.base}/w/main/api/v1/records/customer/${quick.id}`, {
      data: { version: quick.version, employees: 999 },
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    })
    await edit.getByRole('button', { name: 'Save' }).click()
    await expect(edit.getByText('Someone changed this record just now')).toBeVisible()
    await expect(edit.getByText('999')).toBeVisible()
    await edit.getByRole('button', { name: 'Use mine' }).click()
    await expect(edit).toBeHidden()
    await expect(page.locator('dd', { hasText: /^10$/ }).first()).toBeVisible()
  })
})
