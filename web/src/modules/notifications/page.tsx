import { useInfiniteQuery } from '@tanstack/react-query'
import { BellOff, CheckCheck } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '@/settings/parts'
import { Button } from '@/ui/button'
import { Segments } from '@/ui/control'
import { Failure, Skeleton, State } from '@/ui/states'
import { toastFailure } from '@/ui/toast'
import { markRead, noticesKey, page } from './data'
import { NoticeRow } from './notice'

/** All that one was told, the newest first. */
export default function NotificationsPage() {
  const { t } = useTranslation()
  const [unread, setUnread] = useState(false)
  const notices = useInfiniteQuery({
    queryKey: noticesKey(unread),
    queryFn: ({ pageParam, signal }) => page(unread, pageParam, 50, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })
  const list = notices.data?.pages.flatMap((part) => part.data) ?? []
  return (
    <div className="h-full overflow-y-auto bg-surface max-md:pt-3">
      <Page
        title={t('notifications.title')}
        actions={
          <>
            <Segments
              label={t('notifications.shown')}
              value={unread ? 'unread' : 'all'}
              onChange={(value) => setUnread(value === 'unread')}
              options={[
                { value: 'all', label: t('notifications.every') },
                { value: 'unread', label: t('notifications.unread') },
              ]}
            />
            <Button onClick={() => void markRead('all').catch((error: Error) => toastFailure(error.message))}>
              <CheckCheck /> {t('notifications.read_all')}
            </Button>
          </>
        }
      >
        {notices.isPending ? (
          <Skeleton lines={6} />
        ) : notices.isError ? (
          <Failure error={notices.error} retry={() => notices.refetch()} />
        ) : list.length === 0 ? (
          <State icon={BellOff} title={t('notifications.none')} text={t('notifications.none_text')} />
        ) : (
          <>
            <ul aria-label={t('notifications.title')} className="divide-y overflow-hidden rounded-lg border">
              {list.map((notice) => (
                <li key={notice.id}>
                  <NoticeRow notice={notice} />
                </li>
              ))}
            </ul>
            {notices.hasNextPage && (
              <Button className="mt-3" onClick={() => notices.fetchNextPage()}>
                {t('record.load_more')}
              </Button>
            )}
          </>
        )}
      </Page>
    </div>
  )
}
