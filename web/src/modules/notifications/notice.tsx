import { Link, useParams } from '@tanstack/react-router'
import { AlarmClock, AtSign, Bell, ListChecks, type LucideIcon, UserRound } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { cn } from '@/ui/cn'
import { ago, moment, useLocale } from '@/ui/format'
import { toastFailure } from '@/ui/toast'
import { markRead, type Notice } from './data'

const icons: Record<string, LucideIcon> = {
  mention: AtSign,
  reminder: AlarmClock,
  assigned: UserRound,
  job: ListChecks,
}

/** One notification: what happened, when, and the record that it leads to. */
export function NoticeRow({ notice, onOpen }: { notice: Notice; onOpen?: () => void }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const { workspace } = useParams({ strict: false })
  const Icon = icons[notice.kind] ?? Bell
  const read = () => {
    onOpen?.()
    if (!notice.read) void markRead([notice.id]).catch((error: Error) => toastFailure(error.message))
  }
  const body = (
    <>
      <Icon className="mt-0.5 size-4 shrink-0 text-subtle" />
      <span className="min-w-0 flex-1">
        <span className={cn('block text-sm break-words', !notice.read && 'font-medium')}>{notice.text}</span>
        <time className="text-xs text-subtle" title={moment(notice.at, locale)}>
          {ago(notice.at, locale)}
        </time>
      </span>
      {!notice.read && (
        <span
          role="img"
          className="mt-1.5 size-2 shrink-0 rounded-full bg-primary"
          aria-label={t('notifications.unread_one')}
        />
      )}
    </>
  )
  const look = 'flex w-full gap-3 px-4 py-2.5 text-left transition-colors hover:bg-hover'
  if (workspace && notice.record?.id && notice.object)
    return (
      <Link
        to="/w/$workspace/$object/$id"
        params={{ workspace, object: notice.object, id: notice.record.id }}
        className={look}
        onClick={read}
      >
        {body}
      </Link>
    )
  return (
    <button type="button" className={look} onClick={read}>
      {body}
    </button>
  )
}
