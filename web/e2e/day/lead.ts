import { saved } from './bring'
import { dialog, expect, make, type Person, save, text } from './person'

export const hers = '绿城园林绿化有限公司'

/** The manager has a customer of her own. */
export async function own(p: Person) {
  const { page, say } = p
  await p.open('客户', 'Customers')
  await p.look('empty')
  const form = await make(p, '客户', 'Customer')
  await text(form, say('名称', 'Name')).fill(hers)
  await form.getByLabel(say('电话', 'Phones'), { exact: true }).fill('0571-88886666')
  await p.look('customer-form')
  await save(p, form)
  await expect(page.getByRole('heading', { level: 1, name: hers })).toBeVisible()
}

/** What a manager sees of her team. */
export async function oversee(p: Person) {
  const { page, say } = p
  await p.open('销售漏斗', 'Funnel')
  await expect(page.getByRole('link', { name: say('查看“赢单”的 1 条商机', 'Show 1 deal at “Won”') })).toBeVisible()
  await page.getByLabel(say('范围', 'Scope')).selectOption('my_subordinates')
  await expect(page.getByText(say('已结束的商机中赢单 100%', '100% of the deals that ended were won'))).toBeVisible()
  await p.look('funnel')
  await page.getByRole('link', { name: say('查看“赢单”的 1 条商机', 'Show 1 deal at “Won”') }).click()
  await expect(page.getByText('新厂区智能灌溉').first()).toBeVisible()
  await p.look('team-deals')
  await p.open('客户', 'Customers')
  await expect(page.getByText(say('共 7 条', '7 records'), { exact: true })).toBeVisible()
  await expect(page.getByText('韩梅').first()).toBeVisible()
  await p.look('team-customers')
}

/** What a salesperson does not see of others: in no list, count, search, page or export. */
export async function apart(p: Person, address: string) {
  const { page, say } = p
  await p.open('客户', 'Customers')
  await expect(page.getByText(say('共 6 条', '6 records'), { exact: true })).toBeVisible()
  await expect(page.getByText(hers)).toHaveCount(0)
  for (const text of ['lcyl', '8888666']) {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill(text)
    await expect(page.getByText(say('没有找到', 'Nothing found'))).toBeVisible()
    if (text === 'lcyl') await p.look('palette-nothing')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('combobox')).toHaveCount(0)
  }
  await page.getByRole('button', { name: say('更多', 'More'), exact: true }).click()
  await page.getByRole('menuitem', { name: say('导出…', 'Export…') }).click()
  const form = dialog(page)
  await form.getByRole('button', { name: 'CSV' }).click()
  await p.look('export')
  await form.getByRole('button', { name: say('导出', 'Export'), exact: true }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    form.getByRole('link', { name: say(/^下载/, /^Download/) }).click(),
  ])
  const text = (await saved(file)).toString('utf8')
  expect(text).toContain('重庆单氏食品厂')
  expect(text).not.toContain('绿城')
  expect(text.trim().split('\n')).toHaveLength(7)
  await form.getByRole('button', { name: say('完成', 'Done') }).click()
  await page.goto(address)
  await expect(page.getByText(say('这里没有东西', 'Nothing here'))).toBeVisible()
}
