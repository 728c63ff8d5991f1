import { expect, test } from '@playwright/test'
import { type Database, type Server, start } from './server'

for (const database of ['sqlite', 'postgres'] satisfies Database[]) {
  test.describe(database, () => {
    let server: Server
    test.beforeAll(async () => {
      server = await start(database)
    })
    test.afterAll(() => server.stop())

    test('the first person comes in by the link, writes a customer and finds it in the list', async ({ page }) => {
      await page.goto(server.link)
      await page.locator('input[type=password]').fill('right horse 马')
      await page.locator('form button[type=submit]').click()
      await page.waitForURL('**/w/main**')
      const made = await page.request.post(`${server.base}/w/main/api/v1/records/customer`, {
        data: { name: '华信科技有限公司', level: 'A', phones: [{ value: '138 0013 8000', label: 'mobile' }] },
        headers: { Origin: server.base },
      })
      expect(made.status(), await made.text()).toBe(201)
      await page.goto(`${server.base}/w/main/customer`)
      await expect(page.getByText('华信科技有限公司').first()).toBeVisible()
      for (const q of ['华信', 'hxkj', 'huaxin', '8000']) {
        const found = await page.request.post(`${server.base}/w/main/api/v1/search`, {
          data: { q },
          headers: { Origin: server.base },
        })
        expect((await found.json()).data, q).toHaveLength(1)
      }
      await page.screenshot({ path: `e2e/shots/list-${database}.png` })
    })
  })
}
