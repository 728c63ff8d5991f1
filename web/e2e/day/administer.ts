import { dialog, expect, make, nav, type Person, pick, save, text } from './person'

export async function settings(p: Person, zh: string, en: string) {
  await nav(p, p.say('设置', 'Settings')).click()
  await p.page.getByRole('link', { name: p.say(zh, en), exact: true }).click()
  await expect(p.page.getByRole('heading', { level: 1, name: p.say(zh, en), exact: true })).toBeVisible()
}

export async function departments(p: Person) {
  const { page, say } = p
  await settings(p, '部门', 'Departments')
  const list = page.getByRole('list', { name: say('部门', 'Departments') })
  for (const [name, button] of [
    ['华东大区', say('新建部门', 'New department')],
    ['上海组', say('下级部门', 'Department below')],
  ] as const) {
    await page.getByRole('button', { name: button }).first().click()
    const form = dialog(page)
    await text(form, say('名称', 'Name')).fill(name)
    await save(p, form)
    await expect(list.getByText(name)).toBeVisible()
  }
  await p.look('departments')
}

/** Invites a colleague and takes the one-time link from the screen. */
export async function invite(
  p: Person,
  who: { email: string; name: string; role?: string; department: string; manager?: string },
): Promise<string> {
  const { page, say } = p
  await settings(p, '员工', 'People')
  await page.getByRole('button', { name: say('邀请同事', 'Invite a colleague') }).click()
  const form = page.getByRole('dialog', { name: say('邀请同事', 'Invite a colleague') })
  await text(form, say('邮箱', 'E-mail')).fill(who.email)
  await text(form, say('姓名', 'Name')).fill(who.name)
  if (who.role) {
    await form.getByRole('button', { name: say('角色', 'Roles') }).click()
    await page.getByRole('option', { name: say('销售', 'Salesperson') }).click()
    await page.getByRole('option', { name: who.role }).click()
    await page.keyboard.press('Escape')
  }
  await pick(p, form.getByRole('button', { name: say('部门', 'Department') }), who.department)
  if (who.manager) await pick(p, form.getByRole('button', { name: say('直属上级', 'Manager') }), who.manager)
  await p.look(`invite-${who.email.split('@')[0]}`)
  await form.getByRole('button', { name: say('邀请', 'Invite'), exact: true }).click()
  const field = page.getByLabel(say('一次性链接', 'One-time link'))
  await expect(field).toHaveValue(/\/link\//)
  await page.getByRole('button', { name: say('复制', 'Copy'), exact: true }).click()
  await expect(page.getByText(say('已复制', 'Copied'))).toBeVisible()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).toBe(await field.inputValue())
  await page.getByRole('button', { name: say('完成', 'Done') }).click()
  await expect(page.getByRole('list', { name: say('员工', 'People') }).getByText(who.name)).toBeVisible()
  return link
}

/** Lets the people of a role export what they see. */
export async function allowExport(p: Person, role: string) {
  const { page, say } = p
  await settings(p, '角色', 'Roles')
  await page
    .getByRole('list', { name: say('角色', 'Roles') })
    .getByRole('link', { name: role })
    .click()
  await page.getByLabel(say('全部对象 导出', 'All objects Export'), { exact: true }).click()
  await page.getByRole('button', { name: say('保存', 'Save'), exact: true }).click()
  await expect(page.getByText(say('已保存', 'Saved')).first()).toBeVisible()
  await p.look('role')
}

export async function products(p: Person) {
  const { page, say } = p
  await p.open('产品', 'Products')
  for (const [name, unit, price] of [
    ['智能灌溉控制器', '台', '4500'],
    ['土壤湿度传感器', '个', '199.50'],
  ] as const) {
    const form = await make(p, '产品', 'Product')
    await text(form, say('名称', 'Name')).fill(name)
    await text(form, say('单位', 'Unit')).fill(unit)
    await text(form, say('单价', 'Price')).fill(price)
    await save(p, form)
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
    await p.open('产品', 'Products')
  }
  await expect(page.getByText('¥4,500.00')).toBeVisible()
  await p.look('products')
}

/** A field and an object of the company's own are on list, form, filter and API at once. */
export async function shape(p: Person) {
  const { page, say } = p
  await settings(p, '对象与字段', 'Objects and fields')
  await p.look('objects')
  const standard = page.getByRole('list', { name: say('标准对象', 'Standard objects') })
  await standard
    .getByRole('link', { name: say('客户', 'Customer') })
    .first()
    .click()
  await page.getByRole('button', { name: say('新建字段', 'New field') }).click()
  const field = page.getByRole('dialog', { name: say('新建字段', 'New field') })
  await field.getByLabel(say('类型', 'Kind'), { exact: true }).selectOption('choice')
  await text(field, say('中文名称', 'Chinese name')).fill('合作意向')
  await text(field, say('英文名称', 'English name')).fill('Intent')
  for (const [n, zh, en] of [
    [1, '强', 'Strong'],
    [2, '弱', 'Weak'],
  ] as const) {
    await field.getByLabel(say(`第 ${n} 个选项的中文`, `Chinese of option ${n}`)).fill(zh)
    await field.getByLabel(say(`第 ${n} 个选项的英文`, `English of option ${n}`)).fill(en)
  }
  await field.getByRole('switch', { name: say('列表中显示', 'In lists') }).click()
  await p.look('field')
  await save(p, field)

  await p.open('客户', 'Customers')
  const intent = say('合作意向', 'Intent')
  await expect(page.getByRole('columnheader', { name: intent })).toBeVisible()
  await page.getByText('绿城园林绿化有限公司').first().click()
  await page.waitForURL('**/customer/*')
  await page.getByRole('button', { name: say('编辑', 'Edit'), exact: true }).click()
  const form = dialog(page)
  await pick(p, form.getByLabel(intent), say('强', 'Strong'))
  await save(p, form)
  await p.open('客户', 'Customers')
  await page.getByRole('button', { name: say('筛选', 'Filter'), exact: true }).click()
  await pick(p, page.getByRole('button', { name: say('添加条件', 'Add condition') }), intent)
  await pick(p, page.getByRole('button', { name: say('值', 'Value'), exact: true }), say('强', 'Strong'))
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(page.getByText(say('共 1 条', '1 record'), { exact: true })).toBeVisible()
  await p.look('own-field')

  await settings(p, '对象与字段', 'Objects and fields')
  await page.getByRole('button', { name: say('新建对象', 'New object') }).click()
  const object = page.getByRole('dialog', { name: say('新建对象', 'New object') })
  await text(object, say('中文名称', 'Chinese name')).fill('设备')
  await text(object, say('英文名称', 'English name')).fill('Device')
  await object.getByRole('button', { name: say('创建', 'Create') }).click()
  await page.waitForURL('**/settings/objects/x_device')
  await p.look('object')
  await nav(p, say('设备', 'Device')).click()
  await page.waitForURL('**/x_device')
  const device = await make(p, '设备', 'Device')
  await text(device, say('名称', 'Name')).fill('一号泵站')
  await save(p, device)
  await expect(page.getByRole('heading', { level: 1, name: '一号泵站' })).toBeVisible()
  const told = await page.evaluate(async () => {
    const get = async (path: string) => (await fetch(`/w/main/api/v1/${path}`)).json()
    const catalog = await get('meta/objects')
    const customer = catalog.objects.find((entry: { name: string }) => entry.name === 'customer')
    return {
      field: customer.fields.find((entry: { name: string }) => entry.name === 'x_intent')?.options.length,
      customers: (await get('records/customer?x_intent.filled=true&fields=name,x_intent')).data.map(
        (entry: { name: string }) => entry.name,
      ),
      devices: (await get('records/x_device')).data.map((entry: { name: string }) => entry.name),
    }
  })
  expect(told).toEqual({ field: 2, customers: ['绿城园林绿化有限公司'], devices: ['一号泵站'] })
  await p.look('own-object')
}
