import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { AtSign, Bell as BellIcon, BellOff, Clock, Dot } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { queryClient } from '@/api/queries'
import type { Notice } from '@/api/types'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Sheet } from '@/ui/dialog'
import { ago, moment, useLocale } from '@/ui/format'
import { Failure, Skeleton, State } from '@/ui/states'

type Notices = { data: Notice[]; unread: number; next?: string | null }
const key = ['notifications']

const pictures: Record<string, typeof BellIcon> = { mention: AtSign, reminder: Clock }

/** What others and the clock want to tell: mentions, reminders, finished jobs. Asked for each minute while the page is open. */
export function Bell() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const notices = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      space.get<Notices>(`/notifications${pageParam ? `?cursor=${encodeURIComponent(pageParam)}` : ''}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
    refetchInterval: 60_000,
  })
  const unread = notices.data?.pages[0]?.unread ?? 0
  const read = useMutation({
    mutationFn: (ids: string[] | 'all') => space.post('/notifications/read', ids === 'all' ? { all: true } : { ids }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: key }),
  })
  const list = notices.data?.pages.flatMap((page) => page.data) ?? []
  return (
    <>
      <Button
        variant="ghost"
        size="icon"
        className="relative"
        aria-label={unread ? t('app.notices.unread', { count: unread }) : t('app.notices.title')}
        onClick={() => setOpen(true)}
      >
        <BellIcon />
        {unread > 0 && (
          <span className="num absolute top-0.5 right-0.5 min-w-4 rounded-full bg-bad-solid px-1 text-[10px] leading-4 text-primary-fg">
            {unread > 99 ? '99+' : unread}
          </span>
        )}
      </Button>
      <Sheet
        open={open}
        onOpenChange={setOpen}
        title={t('app.notices.title')}
        actions={
          unread > 0 && (
            <Button size="sm" variant="ghost" onClick={() => read.mutate('all')}>
              {t('app.notices.read_all')}
            </Button>
          )
        }
      >
        {notices.isPending && <Skeleton className="p-5" lines={6} />}
        {notices.isError && <Failure error={notices.error} retry={() => notices.refetch()} />}
        {notices.data && !list.length && (
          <State icon={BellOff} title={t('app.notices.none')} text={t('app.notices.none_text')} />
        )}
        <ul className="divide-y">
          {list.map((notice) => (
            <li key={notice.id}>
              <Line
                notice={notice}
                onOpen={() => {
                  if (!notice.read) read.mutate([notice.id])
                  setOpen(false)
                }}
              />
            </li>
          ))}
        </ul>
        {notices.hasNextPage && (
          <Button variant="ghost" className="m-3" onClick={() => notices.fetchNextPage()}>
            {t('ui.more')}
          </Button>
        )}
      </Sheet>
    </>
  )
}

function Line({ notice, onOpen }: { notice: Notice; onOpen: () => void }) {
  const locale = useLocale()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const Icon = pictures[notice.kind] ?? BellIcon
  const body = (
    <>
      <Icon className="mt-0.5 size-4 shrink-0 text-subtle" />
      <span className={cn('min-w-0 flex-1 text-sm', !notice.read && 'font-medium')}>
        <span className="break-words">{notice.title}</span>
        <time dateTime={notice.at} title={moment(notice.at, locale)} className="block text-xs font-normal text-subtle">
          {ago(notice.at, locale)}
        </time>
      </span>
      {!notice.read && <Dot className="size-6 shrink-0 text-primary-text" />}
    </>
  )
  const className = 'flex w-full items-start gap-3 px-5 py-3 text-left hover:bg-hover'
  if (!notice.object || !notice.record)
    return (
      <button type="button" className={className} onClick={onOpen}>
        {body}
      </button>
    )
  return (
    <Link
      to="/w/$workspace/$object/$id"
      params={{ workspace, object: notice.object, id: notice.record }}
      onClick={onOpen}
      className={className}
    >
      {body}
    </Link>
  )
}
