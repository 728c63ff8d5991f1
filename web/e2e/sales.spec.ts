import { expect, test } from '@playwright/test'
import { ask, make } from './records'
import { served } from './server'
import { clean, enter, listen } from './steps'

test.describe('sqlite', () => {
  const server = served('sqlite')

  test('from a lead to a deal that is won', async ({ page }) => {
    const errors = listen(page)
    await enter(page, server.link, '王敏')
    const at = (path: string) => `${server.base}/w/main${path}`
    const known = await make(page, 'customer', { name: '华信科技有限公司', phones: [{ value: '13800138000' }] })
    const price = { amount: '1999.90', currency: 'CNY' }
    await make(page, 'product', { name: '离心泵', code: 'P-001', price })

    // A lead, by its form, becomes what is already known; that is said before anything is made.
    await page.goto(at('/lead'))
    await page.getByRole('button', { name: '新建线索' }).first().click()
    const leadForm = page.getByRole('dialog', { name: '新建线索', exact: true })
    await leadForm.getByLabel('姓名').fill('张伟')
    await leadForm.getByLabel('公司').fill('华信科技')
    await leadForm.getByLabel('电话').first().fill('138 0013 8000')
    await expect(leadForm.getByRole('link', { name: '华信科技有限公司' })).toBeVisible()
    await expect(leadForm.getByText('电话相同')).toBeVisible()
    await leadForm.getByRole('button', { name: '保存' }).click()
    await page.waitForURL('**/lead/*')
    await page.getByRole('button', { name: '转为客户' }).click()
    const convert = page.getByRole('dialog', { name: /转为客户/ })
    await expect(convert.getByText('可能已经有这条记录')).toBeVisible()
    await clean(page, errors)
    await convert.getByRole('button', { name: '选用', exact: true }).first().click()
    await convert.getByRole('group', { name: '是否新建' }).getByRole('button', { name: '新建' }).click()
    await convert.getByLabel('名称').last().fill('华信二期')
    await convert.getByRole('button', { name: '转为客户' }).click()
    await page.waitForURL(`**/customer/${known.id}`)
    await page.getByRole('tab', { name: '商机' }).click()
    await page.getByRole('link', { name: '华信二期' }).click()
    await page.waitForURL('**/deal/*')
    const deal = page.url().split('/').at(-1) ?? ''

    // The board: by menu, by keyboard and by mouse; each move can be taken back.
    await page.goto(at('/deal'))
    const column = (name: string) => page.getByRole('listitem', { name, exact: true })
    await expect(column('初步接触').getByRole('link', { name: '华信二期' })).toBeVisible()
    await page.getByRole('button', { name: '华信二期的更多操作' }).click()
    await page.getByRole('menuitem', { name: '方案报价' }).click()
    await expect(column('方案报价').getByRole('link', { name: '华信二期' })).toBeVisible()
    await page.getByText('已移到“方案报价”').first().locator('..').getByRole('button', { name: '撤销' }).click()
    await expect(column('初步接触').getByRole('link', { name: '华信二期' })).toBeVisible()
    const handle = page.getByRole('button', { name: '拖动商机 华信二期' })
    // The list is fetched again after the undo: a card that was taken up before is another one by now.
    await expect(async () => {
      await handle.press('Space')
      await expect(page.getByText(/已拿起 华信二期|在“.+”上方/)).toBeAttached({ timeout: 3_000 })
    }).toPass()
    await page.keyboard.press('ArrowRight')
    await expect(page.getByText('在“需求确认”上方')).toBeAttached()
    await page.keyboard.press('Space')
    await expect(column('需求确认').getByRole('link', { name: '华信二期' })).toBeVisible()
    const target = await column('商务谈判').boundingBox()
    const card = await handle.boundingBox()
    if (!target || !card) throw new Error('the board is not laid out')
    await page.mouse.move(card.x + 100, card.y + 60)
    await page.mouse.down()
    await page.mouse.move(target.x + 120, target.y + 160, { steps: 12 })
    await page.mouse.up()
    await expect(column('商务谈判').getByRole('link', { name: '华信二期' })).toBeVisible()
    await clean(page, errors)

    // To lose asks why, to win asks how much.
    await page.getByRole('button', { name: '华信二期的更多操作' }).click()
    await page.getByRole('menuitem', { name: '输单' }).click()
    const lost = page.getByRole('dialog', { name: '为什么输单？' })
    await expect(lost.getByRole('button', { name: '输单' })).toBeDisabled()
    await lost.getByLabel('价格').check()
    await lost.getByRole('button', { name: '输单' }).click()
    await expect(lost).toBeHidden()
    await page.goto(at(`/deal/${deal}`))
    await page.getByRole('button', { name: '重新打开' }).click()
    await page.getByRole('button', { name: '赢单', exact: true }).click()
    const won = page.getByRole('dialog', { name: '赢单' })
    await won.getByLabel('金额').fill('128000')
    await won.getByRole('button', { name: '赢单' }).click()
    await expect(page.getByRole('button', { name: '重新打开' })).toBeVisible()
    // The timeline tells where it went; what followed from that is there for whoever asks.
    const moved = page.getByRole('tabpanel').locator('li', { hasText: '赢单' }).first()
    await expect(moved.getByText('赢率')).toBeHidden()
    await moved.getByText(/随之变化/).click()
    await expect(moved.getByText('赢率')).toBeVisible()
  })
})

test.describe('postgres', () => {
  test.use({ locale: 'en-US', colorScheme: 'dark' })
  const server = served('postgres')

  test('from a deal that is won to an order and a ticket', async ({ page }) => {
    const errors = listen(page)
    await enter(page, server.link, 'Wang Min')
    const at = (path: string) => `${server.base}/w/main${path}`
    const customer = (await make(page, 'customer', { name: 'Huaxin' })).id
    const deal = (await make(page, 'deal', { name: 'Phase two', customer })).id
    await make(page, 'product', { name: 'Pump', code: 'P-001', price: { amount: '1999.90', currency: 'CNY' } })

    // Won with an amount; the way there is kept.
    await page.goto(at(`/deal/${deal}`))
    await page.getByRole('button', { name: 'Win', exact: true }).click()
    const won = page.getByRole('dialog', { name: 'Win the deal' })
    await won.getByLabel('Amount').fill('128000')
    await won.getByRole('button', { name: 'Win' }).click()
    await expect(page.getByText('¥128,000.00').first()).toBeVisible()
    await page.getByText('Stage history').click()
    const history = page.getByRole('list', { name: 'Stage history' })
    await expect(history.getByRole('listitem')).toHaveCount(2)
    await expect(history.getByRole('listitem').first()).toContainText('¥128,000.00')
    await clean(page, errors)

    // The funnel leads to its deals.
    await page.goto(at('/funnel'))
    const step = page.getByRole('link', { name: /^Show 1 deals? at/ })
    await expect(step).toBeVisible()
    await clean(page, errors)
    await step.click()
    await expect(page.getByRole('link', { name: 'Phase two' })).toBeVisible()

    // An order from the deal, by keyboard: Enter begins the next line.
    await page.goto(at(`/deal/${deal}`))
    await page.getByRole('tab', { name: 'Orders' }).click()
    await page.getByRole('button', { name: 'New order' }).click()
    const order = page.getByRole('dialog', { name: 'New order', exact: true })
    const line = order.getByRole('listitem', { name: 'Line 1' })
    await line.getByRole('button', { name: 'Product' }).focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('option', { name: /Pump/ })).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(line.getByLabel('Price')).toHaveValue('1999.90')
    await line.getByLabel('Quantity').fill('3')
    await line.getByLabel('Discount').fill('10')
    await expect(line.getByText('¥5,399.73')).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(order.getByRole('listitem', { name: 'Line 2' }).getByRole('button', { name: 'Product' })).toBeFocused()
    await clean(page, errors)
    await order.getByRole('button', { name: 'Save' }).click()
    await expect(order).toBeHidden()
    const { data } = await ask<{ data: { id: string }[] }>(page, '/records/order/query', { fields: ['number'] })
    await page.goto(at(`/order/${data[0]?.id}`))
    await expect(page.getByText('¥5,399.73').first()).toBeVisible()
    await page.getByRole('button', { name: 'Confirm', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Ship', exact: true })).toBeEnabled()
    await clean(page, errors)

    // A ticket is solved with words, and taken up again.
    const ticket = await make(page, 'ticket', { subject: 'It does not start', customer })
    await page.goto(at(`/ticket/${ticket.id}`))
    await page.getByRole('button', { name: 'Solve', exact: true }).click()
    const solve = page.getByRole('dialog', { name: 'How was it solved?' })
    await solve.getByLabel('Solution').fill('A new fuse')
    await solve.getByRole('button', { name: 'Solve' }).click()
    await expect(page.getByText('A new fuse').first()).toBeVisible()
    await expect(page.getByRole('button', { name: 'Reopen', exact: true })).toBeEnabled()
    await clean(page, errors)
    await page.getByRole('button', { name: 'Reopen', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Solve', exact: true })).toBeVisible()
  })
})
