import { queryOptions } from '@tanstack/react-query'
import { recordsKey } from '@/api/queries'
import { records } from '@/api/records'
import type { LinkValue, Rec } from '@/api/types'

/** All records of a small object, such as roles or stages; five thousand at most. */
export const allQuery = (object: string, fields: string[], sort = 'created_at') =>
  queryOptions({
    queryKey: [...recordsKey(object), 'all', fields, sort],
    queryFn: async ({ signal }) => {
      const out: Rec[] = []
      let cursor: string | undefined
      do {
        const page = await records.page(object, { limit: 200, fields, sort, ...(cursor ? { cursor } : {}) }, signal)
        out.push(...page.data)
        cursor = page.next ?? undefined
      } while (cursor && out.length < 5000)
      return out
    },
  })

export const linkOf = (record: Rec, field: string) => (record[field] as LinkValue | null | undefined) ?? undefined
export const linksOf = (record: Rec, field: string) => (record[field] as LinkValue[] | null | undefined) ?? []
export const textOf = (record: Rec, field: string) =>
  typeof record[field] === 'string' ? (record[field] as string) : ''
