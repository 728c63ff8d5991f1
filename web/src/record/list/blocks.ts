import { keepPreviousData, queryOptions, useQueries, useQuery } from '@tanstack/react-query'
import { queryClient, recordsKey } from '@/api/queries'
import { records } from '@/api/records'
import type { Page, Question, Rec } from '@/api/types'

export const BLOCK = 100

const blockKey = (object: string, question: Question) => [...recordsKey(object), 'block', question]
const block = (object: string, question: Question, index: number) =>
  queryOptions({
    queryKey: [...blockKey(object, question), index],
    queryFn: ({ signal }) =>
      records.page(object, { ...question, limit: BLOCK, ...(index ? { at: index * BLOCK } : {}) }, signal),
    staleTime: 30_000,
  })

/** A list of any length in blocks of a hundred, each read when its rows come near; the total is exact from the first answer. */
export function useBlocks(object: string, question: Question, first: number, last: number) {
  const head = useQuery({ ...block(object, question, 0), placeholderData: keepPreviousData })
  const total = head.data?.total ?? 0
  const from = Math.floor(Math.max(0, first) / BLOCK)
  const to = Math.floor(Math.max(0, last + BLOCK / 4) / BLOCK)
  const wanted = Array.from({ length: to - from + 1 }, (_, step) => from + step).filter(
    (index) => index > 0 && index * BLOCK < total,
  )
  const rest = useQueries({ queries: wanted.map((index) => block(object, question, index)) })
  const row = (index: number): Rec | undefined => {
    const number = Math.floor(index / BLOCK)
    const page = number === 0 ? head.data : rest[wanted.indexOf(number)]?.data
    return page?.data[index % BLOCK]
  }
  return { head, total, row }
}

/** Shows a change at once, wherever the record stands in a list that is loaded. */
export function patchLists(object: string, id: string, change: Partial<Rec>) {
  queryClient.setQueriesData<Page>({ queryKey: [...recordsKey(object), 'block'] }, (page) =>
    page?.data.some((record) => record.id === id)
      ? { ...page, data: page.data.map((record) => (record.id === id ? ({ ...record, ...change } as Rec) : record)) }
      : page,
  )
}
