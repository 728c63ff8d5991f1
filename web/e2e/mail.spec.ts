import { createServer, type Server as Net } from 'node:net'
import { expect, test } from '@playwright/test'
import { start } from './server'
import { clean, enter, listen, password } from './steps'

/** A mail server that takes every letter and sends none on. */
async function sink(): Promise<{ port: number; letters: string[]; net: Net }> {
  const letters: string[] = []
  const net = createServer((socket) => {
    let text = ''
    let letter = false
    socket.write('220 sink\r\n')
    socket.on('data', (part) => {
      text += part.toString('utf8')
      for (let end = text.indexOf('\r\n'); letter ? text.includes('\r\n.\r\n') : end >= 0; end = text.indexOf('\r\n')) {
        if (letter) {
          const [said = '', ...rest] = text.split('\r\n.\r\n')
          letters.push(said)
          text = rest.join('\r\n.\r\n')
          letter = false
        } else {
          letter = text.slice(0, end).toUpperCase() === 'DATA'
          const quit = text.slice(0, end).toUpperCase() === 'QUIT'
          text = text.slice(end + 2)
          if (quit) return socket.end('221 bye\r\n')
        }
        socket.write(letter ? '354 go on\r\n' : '250 ok\r\n')
      }
    })
  })
  await new Promise<void>((done) => net.listen(0, '127.0.0.1', done))
  const at = net.address()
  return { port: typeof at === 'object' && at ? at.port : 0, letters, net }
}

/** The words of a letter, whose lines are folded and whose signs are coded for the way. */
const words = (letter: string) => {
  const [head = '', ...body] = letter.split('\r\n\r\n')
  const text = body.join('\r\n\r\n')
  if (/base64/i.test(head)) return Buffer.from(text, 'base64').toString('utf8')
  return text.replace(/=\r\n/g, '').replace(/=([\dA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}

test('sqlite: a forgotten password comes back by mail', async ({ page, browser }) => {
  const post = await sink()
  const server = await start('sqlite', ['--smtp', `smtp://127.0.0.1:${post.port}?from=crm@example.com`])
  try {
    await enter(page, server.link, '王敏')
    const email = 'admin@youpeng.local'
    const context = await browser.newContext({ locale: 'zh-CN' })
    const other = await context.newPage()
    const errors = listen(other)
    await other.goto(`${server.base}/sign-in`)
    await other.getByRole('button', { name: '忘记密码' }).click()
    await other.getByLabel('邮箱').fill(email)
    await clean(other, errors)
    await other.getByRole('button', { name: '寄出链接' }).click()
    await expect(other.getByRole('status')).toContainText(email)
    await clean(other, errors)
    await expect.poll(() => post.letters.length).toBe(1)
    const link = /http:\S+\/link\/[\w-]+/.exec(words(post.letters[0] ?? ''))?.[0] ?? ''

    await other.goto(link)
    await expect(other.getByRole('heading', { level: 1 })).toBeVisible()
    await clean(other, errors)
    await other.locator('input[type=password]').fill(`${password} 新`)
    await other.locator('form button[type=submit]').click()
    await other.waitForURL('**/w/main**')
    await expect(other.getByRole('heading', { level: 1 })).toContainText('王敏')

    // The old device is signed out, the old password is none any more, and the link works once.
    await page.reload()
    await page.waitForURL('**/sign-in**')
    await page.getByLabel('邮箱').fill(email)
    await page.getByLabel('密码').fill(password)
    await page.getByRole('button', { name: '登录' }).click()
    await expect(page.getByRole('alert')).toBeVisible()
    await page.getByLabel('密码').fill(`${password} 新`)
    await page.getByRole('button', { name: '登录' }).click()
    await page.waitForURL('**/w/main**')
    await page.goto(link)
    await expect(page.getByRole('heading', { level: 1 })).toContainText('失效')
    await context.close()
  } finally {
    await server.stop()
    post.net.close()
  }
})
