import { dialog, expect, make, nav, type Person, pick, save, text } from './person'

/** Finds records by what one remembers of them. */
export async function find(p: Person) {
  const { page } = p
  for (const [text, title] of [
    ['cqss', '重庆单氏食品厂'],
    ['chongqingshan', '重庆单氏食品厂'],
    ['3456', '重庆单氏食品厂'],
    ['5678', '单雄'],
  ] as const) {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill(text)
    await expect(page.getByRole('option', { name: title }).first()).toBeVisible()
    if (text === '3456') await p.look('palette')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('combobox')).toHaveCount(0)
  }
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('cqss')
  await expect(page.getByRole('option', { name: '重庆单氏食品厂' }).first()).toBeVisible()
  await expect(page.getByRole('option', { name: '重庆单氏食品厂', selected: true })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: '重庆单氏食品厂' })).toBeVisible()
}

/** A call, and what comes after it, in one go. */
export async function call(p: Person) {
  const { page, say } = p
  const box = page.getByRole('region', { name: say('添加动态', 'Add to the timeline') })
  await box.getByRole('button', { name: say('电话', 'Call'), exact: true }).click()
  await box.getByRole('button', { name: say('有意向', 'Interested') }).click()
  await box.getByLabel(say('内容', 'Text')).fill('想给新厂区装智能灌溉，请下周报价。')
  await box.getByRole('switch', { name: say('同时约定下一步', 'Set the next step, too') }).click()
  await box.getByLabel(say('下一步做什么', 'What comes next')).fill('发报价单')
  await box.getByRole('button', { name: say('明天', 'Tomorrow') }).click()
  await p.look('call')
  await box.getByRole('button', { name: say('保存', 'Save'), exact: true }).click()
  await expect(page.getByRole('link', { name: '发报价单' })).toBeVisible()
  await p.look('called')
  await nav(p, say('工作台', 'Home')).click()
  await expect(page.getByRole('link', { name: '发报价单' })).toBeVisible()
  await p.look('home')
}

/** Somebody calls who is known already under another name. */
export async function lead(p: Person) {
  const { page, say } = p
  await p.open('线索', 'Leads')
  const form = await make(p, '线索', 'Lead')
  await text(form, say('姓名', 'Name')).fill('单小雄')
  await text(form, say('公司', 'Company')).fill('重庆单氏食品厂')
  await form.getByLabel(say('电话', 'Phones'), { exact: true }).fill('13812345678')
  await p.look('lead-form')
  await save(p, form)
  await expect(page.getByRole('heading', { level: 1, name: '单小雄' })).toBeVisible()
  await p.look('lead')
  await page.getByRole('button', { name: say('转为客户', 'Convert') }).click()
  const convert = dialog(page)
  const customer = convert.getByRole('group', { name: say('客户', 'Customer'), exact: true })
  await expect(customer.getByRole('link', { name: '重庆单氏食品厂' })).toBeVisible()
  await p.look('convert-duplicate')
  await customer.getByRole('button', { name: say('选用', 'Use this'), exact: true }).click()
  const contact = convert.getByRole('group', { name: say('联系人', 'Contact'), exact: true })
  await contact.getByRole('button', { name: say('选用', 'Use this'), exact: true }).click()
  const deal = convert.getByRole('group', { name: say('商机', 'Deal'), exact: true })
  await deal.getByRole('button', { name: say('新建', 'Create'), exact: true }).click()
  await text(deal, say('名称', 'Name')).fill('新厂区智能灌溉')
  await text(deal, say('金额', 'Amount')).fill('120000')
  await p.look('convert')
  await convert.getByRole('button', { name: say('转为客户', 'Convert') }).click()
  await expect(convert).toBeHidden()
  await expect(page.getByRole('heading', { level: 1, name: '重庆单氏食品厂' })).toBeVisible()
}

/** The deal goes over the board to won: by the keyboard, the mouse and the menu. */
export async function board(p: Person) {
  const { page, say } = p
  await p.open('商机', 'Deals')
  const column = (name: string) => page.getByRole('listitem', { name, exact: true })
  const card = (stage: string) => column(stage).getByRole('link', { name: '新厂区智能灌溉' })
  const handle = page.getByRole('button', { name: say('拖动商机 新厂区智能灌溉', 'Drag deal 新厂区智能灌溉') })
  await expect(card(say('初步接触', 'First contact'))).toBeVisible()
  await p.look('board')
  await handle.focus()
  await page.keyboard.press('Space')
  await expect(page.getByText(say('在“初步接触”上方', 'Over “First contact”'))).toBeAttached()
  // The board listens for arrows a moment after the card is taken up: who is faster presses again.
  await expect(async () => {
    if (await page.getByText(say('在“初步接触”上方', 'Over “First contact”')).count())
      await page.keyboard.press('ArrowRight')
    await expect(page.getByText(say('在“需求确认”上方', 'Over “Needs confirmed”'))).toBeAttached({ timeout: 3_000 })
  }).toPass()
  await page.keyboard.press('Space')
  await expect(card(say('需求确认', 'Needs confirmed'))).toBeVisible()
  const from = await handle.boundingBox()
  const to = await column(say('方案报价', 'Quotation')).boundingBox()
  if (!from || !to) throw new Error('the board is not in sight')
  await page.mouse.move(from.x + from.width / 2, from.y + from.height - 20)
  await page.mouse.down()
  await page.mouse.move(to.x + to.width / 2, to.y + 120, { steps: 8 })
  await page.mouse.up()
  await expect(card(say('方案报价', 'Quotation'))).toBeVisible()
  for (const stage of [say('商务谈判', 'Negotiation'), say('赢单', 'Won')]) {
    await page.getByRole('button', { name: say('新厂区智能灌溉的更多操作', 'More for 新厂区智能灌溉') }).click()
    await page.getByRole('menuitem', { name: stage }).click()
    await expect(card(stage)).toBeVisible()
  }
  await p.look('board-won')
  await card(say('赢单', 'Won')).click()
  await expect(page.getByRole('heading', { level: 1, name: '新厂区智能灌溉' })).toBeVisible()
  await p.look('deal')
}

/** An order of two lines that add up, made from its customer. */
export async function order(p: Person) {
  const { page, say } = p
  await page.getByRole('link', { name: '重庆单氏食品厂' }).first().click()
  await page.waitForURL('**/customer/*')
  await page.getByRole('tab', { name: say('订单', 'Orders') }).click()
  const form = await make(p, '订单', 'Order')
  const line = (n: number) => form.getByRole('listitem', { name: say(`第 ${n} 行`, `Line ${n}`) })
  const product = say('产品', 'Product')
  await pick(p, line(1).getByRole('button', { name: product }), '智能灌溉控制器', 'zngg')
  await expect(line(1).getByLabel(say('单价', 'Price'))).toHaveValue(/^4500/)
  await line(1).getByLabel(say('数量', 'Quantity')).fill('2')
  await line(1).getByLabel(say('折扣', 'Discount')).fill('10')
  await form.getByRole('button', { name: say('添加一行', 'Add a line') }).click()
  await pick(p, line(2).getByRole('button', { name: product }), '土壤湿度传感器', 'turang')
  await line(2).getByLabel(say('数量', 'Quantity')).fill('10')
  await expect(form.getByText(say('合计 ¥10,095.00', 'Total ¥10,095.00'))).toBeVisible()
  await p.look('order-form')
  await save(p, form)
  await page.getByRole('tabpanel').getByRole('link').first().click()
  await page.waitForURL('**/order/*')
  await expect(page.getByText('¥10,095.00').first()).toBeVisible()
  await page.getByRole('button', { name: say('确认订单', 'Confirm') }).click()
  await expect(page.getByText(say('已确认', 'Confirmed')).first()).toBeVisible()
  await p.look('order')
  await page.getByRole('link', { name: '重庆单氏食品厂' }).first().click()
  await page.waitForURL('**/customer/*')
}

/** The customer complains, and all of the day stands on one timeline. */
export async function complain(p: Person) {
  const { page, say } = p
  await page.getByRole('tab', { name: say('工单', 'Tickets') }).click()
  const form = await make(p, '工单', 'Ticket')
  await text(form, say('主题', 'Subject')).fill('控制器到货外壳破损')
  await pick(p, form.getByRole('button', { name: say('类型', 'Kind'), exact: true }), say('投诉', 'Complaint'))
  await pick(p, form.getByRole('button', { name: say('优先级', 'Priority'), exact: true }), say('高', 'High'))
  await p.look('ticket-form')
  await save(p, form)
  await page.getByRole('tabpanel').getByRole('link', { name: '控制器到货外壳破损' }).click()
  await page.waitForURL('**/ticket/*')
  await p.look('ticket')
  await page.getByRole('link', { name: '重庆单氏食品厂' }).first().click()
  await page.waitForURL('**/customer/*')
  const timeline = page.getByRole('tabpanel')
  for (const name of ['发报价单', '新厂区智能灌溉', '单小雄', '控制器到货外壳破损'])
    await expect(timeline.getByRole('link', { name }).first()).toBeVisible()
  await expect(timeline.getByText('想给新厂区装智能灌溉，请下周报价。').first()).toBeVisible()
  await expect(timeline.getByRole('link', { name: /^SO|^DD|20\d\d/ }).first()).toBeVisible()
  await p.look('timeline')
}
