import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Bell, BellOff } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCatalog } from '@/record/catalog'
import { Button } from '@/ui/button'
import { Popover } from '@/ui/popover'
import { Failure, Skeleton, State } from '@/ui/states'
import { markRead, noticesKey, page, unreadQuery, useUnreadStream } from './data'
import { NoticeRow } from './notice'

/** The bell: how many notifications wait, the newest of them, and the way to all. */
export function NotificationBell() {
  const { t } = useTranslation()
  const { workspace } = useParams({ strict: false })
  const known = useCatalog().objects.some((entity) => entity.name === 'activity')
  const [open, setOpen] = useState(false)
  const unread = useQuery({ ...unreadQuery, enabled: known }).data ?? 0
  useUnreadStream(known)
  const list = useQuery({
    queryKey: [...noticesKey(false), 'bell'],
    queryFn: ({ signal }) => page(false, '', 12, signal),
    enabled: known && open,
  })
  if (!known) return null
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      label={t('notifications.title')}
      className="w-92"
      trigger={
        <Button
          variant="ghost"
          size="icon"
          className="relative"
          aria-label={unread ? t('notifications.bell', { count: unread }) : t('notifications.title')}
        >
          <Bell />
          {unread > 0 && (
            <span
              aria-hidden
              className="num absolute -top-0.5 -right-0.5 grid h-4 min-w-4 place-items-center rounded-full bg-bad-solid px-1 text-[10px] text-white"
            >
              {unread > 99 ? '99+' : unread}
            </span>
          )}
        </Button>
      }
    >
      <div className="flex h-11 items-center justify-between border-b px-4">
        <h2 className="font-medium">{t('notifications.title')}</h2>
        {unread > 0 && (
          <Button size="sm" variant="ghost" onClick={() => void markRead('all')}>
            {t('notifications.read_all')}
          </Button>
        )}
      </div>
      {list.isPending ? (
        <Skeleton className="p-4" />
      ) : list.isError ? (
        <Failure error={list.error} retry={() => list.refetch()} />
      ) : list.data.data.length === 0 ? (
        <State icon={BellOff} title={t('notifications.none')} text={t('notifications.none_text')} className="py-8" />
      ) : (
        <ul className="max-h-96 divide-y overflow-y-auto">
          {list.data.data.map((notice) => (
            <li key={notice.id}>
              <NoticeRow notice={notice} onOpen={() => setOpen(false)} />
            </li>
          ))}
        </ul>
      )}
      <Link
        to={`/w/${workspace}/notifications` as '/'}
        onClick={() => setOpen(false)}
        className="flex h-10 items-center justify-center border-t text-sm text-primary-text hover:bg-hover"
      >
        {t('notifications.all')}
      </Link>
    </Popover>
  )
}
