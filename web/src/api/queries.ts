import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query'
import { account, space } from './client'
import { Problem } from './problem'
import { records } from './records'
import type { Aggregate, Catalog, Me, Question, View } from './types'

/** A refusal will not turn into an answer by asking again; a broken line or a busy server may. */
const mayPass = (error: unknown) => !(error instanceof Problem) || error.status === 0 || error.status >= 500

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry: (count, error) => count < 2 && mayPass(error) },
    mutations: { retry: false },
  },
})

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => space.get<Me>('/me'), staleTime: 60_000 })

export const catalogQuery = queryOptions({
  queryKey: ['catalog'],
  queryFn: () => space.get<Catalog>('/meta/objects'),
  staleTime: 300_000,
})

/** The views of an object that the asker may look at: the standard one, the shared ones, their own. */
export const viewsQuery = (object: string) =>
  queryOptions({
    queryKey: ['views', object],
    queryFn: async ({ signal }) => (await space.get<{ data: View[] }>(`/meta/views?object=${object}`, { signal })).data,
    staleTime: 60_000,
  })

export const workspacesQuery = queryOptions({
  queryKey: ['workspaces'],
  queryFn: () => account.get<{ workspaces: { slug: string; name: string }[] }>('/workspaces'),
})

/** All that is known of an object's records stands under one key, so that one write can renew it all. */
export const recordsKey = (object: string) => ['records', object] as const

export const recordQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: [...recordsKey(object), 'one', id],
    queryFn: ({ signal }) => records.get(object, id, signal),
    staleTime: 5_000,
  })

export const pageQuery = (object: string, question: Question) =>
  queryOptions({
    queryKey: [...recordsKey(object), 'page', question],
    queryFn: ({ signal }) => records.page(object, question, signal),
    placeholderData: keepPreviousData,
  })

export const figuresQuery = (object: string, question: Aggregate) =>
  queryOptions({
    queryKey: [...recordsKey(object), 'figures', question],
    queryFn: ({ signal }) => records.figures(object, question, signal),
    placeholderData: keepPreviousData,
  })

/** Asks again for what a write to this object may have moved: its lists, records, timelines and whatever links to it. */
export function renew(object?: string) {
  void queryClient.invalidateQueries({ queryKey: object ? recordsKey(object) : ['records'] })
  void queryClient.invalidateQueries({ queryKey: ['timeline'] })
}

/** Forgets all that was read in a workspace. A spent link stays known: asking for it again would only be refused. */
export function forget() {
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== 'link' })
}
