import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@playwright/test'

/** A server of a test's own on a fresh database, with the one-time link that it printed. */
export type Server = { base: string; link: string; stop: () => Promise<void> }

export type Database = 'sqlite' | 'postgres'

/** Each server on PostgreSQL has schemas of its own. */
function arguments_(database: Database, data: string, more: string[]): string[] {
  const args = ['serve', '--listen', '127.0.0.1:0', '--data', data, ...more]
  if (database === 'postgres') {
    const url = process.env.YOUPENG_TEST_POSTGRES
    if (!url) throw new Error('YOUPENG_TEST_POSTGRES is not set: run make test')
    args.push('--database', url, '--schema', `e2e_${randomBytes(6).toString('hex')}`)
  }
  return args
}

export async function start(database: Database, more: string[] = []): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), 'youpeng-e2e-'))
  const child: ChildProcess = spawn(process.env.YOUPENG_BIN ?? '../bin/youpeng', arguments_(database, data, more), {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const link = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${text}`)))
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString()
      const found = /^(https?:\S+\/link\/\S+)$/m.exec(text)
      if (found?.[1]) resolve(found[1])
    })
  })
  return {
    base: new URL(link).origin,
    link,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** The server of all tests of a block, there while they run. */
export function served(database: Database): Omit<Server, 'stop'> {
  let server: Server
  test.beforeAll(async () => {
    server = await start(database)
  })
  test.afterAll(() => server.stop())
  return {
    get base() {
      return server.base
    },
    get link() {
      return server.link
    },
  }
}
