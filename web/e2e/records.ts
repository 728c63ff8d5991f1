import { expect, type Page } from '@playwright/test'

/** Asks the workspace's API with the session of a page. */
export async function ask<T>(page: Page, path: string, body: unknown): Promise<T> {
  const answer = await page.request.post(`${new URL(page.url()).origin}/w/main/api/v1${path}`, {
    data: body,
    headers: { 'Sec-Fetch-Site': 'same-origin' },
  })
  expect(answer.status(), await answer.text()).toBeLessThan(300)
  return answer.json()
}

/** A record made beside the screens, as another program would. */
export const make = (page: Page, object: string, fields: Record<string, unknown>) =>
  ask<{ id: string; version: number }>(page, `/records/${object}`, fields)
