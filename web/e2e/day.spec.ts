import { test } from '@playwright/test'
import { allowExport, departments, invite, products, shape } from './day/administer'
import { bring, takeBack } from './day/bring'
import { apart, oversee, own } from './day/lead'
import { enter, type Lang, person } from './day/person'
import { board, call, complain, find, lead, order } from './day/sell'
import { type Database, start } from './server'

// The longest tests: side by side, so that no core is left waiting for the other day.
test.describe.configure({ mode: 'parallel' })

const days: [Database, Lang][] = [
  ['sqlite', 'zh'],
  ['postgres', 'en'],
]

for (const [database, lang] of days)
  test(`${database}: a working day of three people (${lang})`, async ({ browser }) => {
    test.setTimeout(600_000)
    const server = await start(database)
    const prefix = `day-${database}-${lang}`
    const step = test.step
    const admin = await person(browser, lang, `${prefix}-1`)
    const manager = await person(browser, lang, `${prefix}-2`)
    const seller = await person(browser, lang, `${prefix}-3`)
    try {
      const links = await step('the administrator prepares the company', async () => {
        await enter(admin, server.link, '王敏')
        await admin.look('home')
        await departments(admin)
        const manages = {
          email: 'lilei@example.com',
          name: '李雷',
          role: admin.say('主管', 'Manager'),
          department: '华东大区',
        }
        const sells = { email: 'hanmei@example.com', name: '韩梅', department: '上海组', manager: '李雷' }
        const both = [await invite(admin, manages), await invite(admin, sells)] as const
        await allowExport(admin, admin.say('销售', 'Salesperson'))
        await products(admin)
        return both
      })
      const address = await step('the manager comes in', async () => {
        await enter(manager, links[0], '李雷')
        await own(manager)
        return manager.page.url()
      })
      await step('the salesperson comes in', () => enter(seller, links[1], '韩梅'))
      await step('a customer file comes in, is mended and comes in again', () => bring(seller))
      await step('a customer is found', () => find(seller))
      await step('a call and the next step', () => call(seller))
      await step('a lead becomes a customer', () => lead(seller))
      await step('a deal is won', () => board(seller))
      await step('an order', () => order(seller))
      await step('a complaint, and the timeline', () => complain(seller))
      await step('the manager looks at her team', () => oversee(manager))
      await step('a mistake is taken back', () => takeBack(seller))
      await step('nobody sees what is another’s', () => apart(seller, address))
      await step('the administrator shapes the workspace', () => shape(admin))
    } finally {
      for (const someone of [admin, manager, seller]) await someone.close()
      await server.stop()
    }
  })
