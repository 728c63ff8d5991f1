import { queryOptions } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { space } from '@/api/client'
import { queryClient } from '@/api/queries'
import type { LinkValue } from '@/api/types'

export type Notice = {
  id: string
  kind: 'mention' | 'reminder' | 'assigned' | 'job' | string
  at: string
  read: boolean
  text: string
  actor: LinkValue | null
  object: string
  record: LinkValue | null
}
export type Notices = { data: Notice[]; unread: number; next: string | null }

const key = ['notifications'] as const

export const unreadQuery = queryOptions({
  queryKey: [...key, 'unread'],
  queryFn: async () => (await space.get<Notices>('/notifications?unread=true&limit=1')).unread,
})

export const noticesKey = (unread: boolean) => [...key, 'list', unread] as const
export const page = (unread: boolean, cursor: string, limit: number, signal: AbortSignal) =>
  space.get<Notices>(
    `/notifications?limit=${limit}${unread ? '&unread=true' : ''}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    { signal },
  )

export const renewNotices = () => void queryClient.invalidateQueries({ queryKey: key })

export async function markRead(ids: string[] | 'all') {
  await space.post('/notifications/read', ids === 'all' ? { all: true } : { ids })
  renewNotices()
}

const onVisible = (listener: () => void) => {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}

/**
 * Follows the number of unread notifications. Only the page in sight keeps a stream open: a browser has six connections
 * to a server that speaks HTTP/1.1, and pages in the background need none.
 */
export function useUnreadStream(enabled: boolean) {
  const visible = useSyncExternalStore(onVisible, () => document.visibilityState === 'visible')
  useEffect(() => {
    if (!enabled || !visible) return
    const source = new EventSource(space.url('/notifications/stream'))
    source.addEventListener('unread', (event) => {
      const { unread } = JSON.parse((event as MessageEvent<string>).data) as { unread: number }
      const known = queryClient.getQueryData(unreadQuery.queryKey)
      queryClient.setQueryData(unreadQuery.queryKey, unread)
      if (known !== unread) void queryClient.invalidateQueries({ queryKey: [...key, 'list'] })
    })
    return () => source.close()
  }, [enabled, visible])
}
