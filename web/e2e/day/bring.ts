import { readFile } from 'node:fs/promises'
import type { Download } from '@playwright/test'
import { decode, encode } from './gb18030'
import { expect, nav, type Person } from './person'

const head = '客户名称,客户级别,客户电话,联系人,联系人手机,地区'

/** Two rows that are one customer, one that only a colleague can see, and three that cannot be taken as they are. */
const customers = `${head}
重庆单氏食品厂,A 级,023-63123456,单雄,138 1234 5678,重庆
杭州远景科技有限公司,B 级,,张远,13987654321,"浙江,杭州"
杭州远景科技,B 级,,张远,13987654321,浙江
苏州金鸡湖贸易有限公司,C 级,12,李湖,,江苏苏州
,A 级,,无名,13700001111,江苏
南京玄武印刷厂,甲等,,钱印,13611112222,江苏南京
绿城园林绿化有限公司,B 级,,林青,13500001111,浙江
宁波海曙渔具店,C 级,,周海,13755556666,浙江宁波
`

const mistake = `${head}
测试一号公司,C 级,,,,
测试二号公司,C 级,,,,
测试三号公司,C 级,,,,
`

async function give(p: Person, name: string, text: string) {
  const { page, say } = p
  await p.open('客户', 'Customers')
  await page.getByRole('button', { name: say('更多', 'More'), exact: true }).click()
  await page.getByRole('menuitem', { name: say('导入…', 'Import…') }).click()
  await page.waitForURL('**/import?object=customer')
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: encode(text) })
  await expect(page.getByLabel(say('编码', 'Encoding'))).toHaveValue('gb18030')
  const field = (column: string) => page.getByLabel(say(`“${column}”对应的字段`, `Field for “${column}”`))
  await expect(field('客户名称')).toHaveValue('customer.name')
  await expect(field('联系人手机')).toHaveValue('contact.phones:mobile')
  return field
}

async function run({ page, say }: Person) {
  await page.getByRole('button', { name: say('试运行', 'Try it'), exact: true }).click()
  await expect(page.getByRole('button', { name: say('开始导入', 'Import'), exact: true })).toBeEnabled()
}

async function write({ page, say }: Person) {
  await page.getByRole('button', { name: say('开始导入', 'Import'), exact: true }).click()
  await expect(page.getByRole('link', { name: say('查看客户', 'Show customers') })).toBeVisible()
}

export async function saved(file: Download): Promise<Buffer> {
  return readFile(await file.path())
}

/** A file with bad rows comes in, what was wrong goes out, and comes in again mended. */
export async function bring(p: Person) {
  const { page, say } = p
  const field = await give(p, '客户名单.csv', customers)
  await field('地区').selectOption('customer.region')
  await p.look('import-map')
  await run(p)
  for (const line of [5, 6, 7])
    await expect(page.getByText(say(`第 ${line} 行`, `Line ${line}`), { exact: true })).toBeVisible()
  await p.look('import-trial')
  await page.getByRole('tab', { name: say('重复', 'Duplicates') }).click()
  await expect(page.getByText(say('一条您看不到的记录', 'a record that you may not see'))).toBeVisible()
  await p.look('import-duplicates')
  await write(p)
  const [mend] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: say('下载待修正文件', 'File to mend') }).click(),
  ])
  await p.look('import-done')
  const wrong = decode(await saved(mend))
  expect(wrong).toContain('原因')
  expect(wrong.trim().split('\n')).toHaveLength(4)
  const mended = wrong
    .replace(',12,', ',0512-65551234,')
    .replace(/^,"?A 级/m, (start) => `无锡梁溪布艺厂${start}`)
    .replace('甲等', 'C 级')
  await give(p, mend.suggestedFilename(), mended)
  await run(p)
  await write(p)
  await expect(page.getByRole('link', { name: say('下载待修正文件', 'File to mend') })).toHaveCount(0)
  await page.getByRole('link', { name: say('查看客户', 'Show customers') }).click()
  for (const name of ['苏州金鸡湖贸易有限公司', '无锡梁溪布艺厂', '南京玄武印刷厂', '杭州远景科技有限公司'])
    await expect(page.getByText(name, { exact: true }).first()).toBeVisible()
  await expect(page.getByText(say('共 6 条', '6 records'), { exact: true })).toBeVisible()
  await p.look('customers')
}

/** The wrong file comes in, and all of it goes again from the history of imports. */
export async function takeBack(p: Person) {
  const { page, say } = p
  await give(p, '弄错了.csv', mistake)
  await run(p)
  await write(p)
  await p.open('客户', 'Customers')
  await expect(page.getByText(say('共 9 条', '9 records'), { exact: true })).toBeVisible()
  await nav(p, say('设置', 'Settings')).click()
  await page.getByRole('link', { name: say('导入记录', 'Imports') }).click()
  const line = page
    .getByRole('listitem')
    .filter({ hasText: '弄错了.csv' })
    .filter({ has: page.getByRole('button') })
  await line.getByRole('button', { name: say('撤销导入', 'Undo the import') }).click()
  await expect(line.getByText(say('已撤销', 'Undone'))).toBeVisible()
  await p.look('import-history')
  await p.open('客户', 'Customers')
  await expect(page.getByText(say('共 6 条', '6 records'), { exact: true })).toBeVisible()
  await expect(page.getByText('测试一号公司')).toHaveCount(0)
}
