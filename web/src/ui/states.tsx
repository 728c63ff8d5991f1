import { CloudOff, Lock, type LucideIcon, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './button'
import { cn } from './cn'

/** One quiet picture of a state: what this is, and the one thing to do about it. */
export function State({
  icon: Icon,
  title,
  text,
  action,
  page,
  className,
}: {
  icon: LucideIcon
  title: ReactNode
  text?: ReactNode
  action?: ReactNode
  /** It stands for a whole page, whose heading it is then. */
  page?: boolean | undefined
  className?: string | undefined
}) {
  const Heading = page ? 'h1' : 'h2'
  return (
    <div className={cn('grid place-items-center px-6 py-14 text-center', className)}>
      <div className="max-w-md">
        <span className="mx-auto mb-3 grid size-11 place-items-center rounded-xl bg-surface-2 text-subtle">
          <Icon className="size-5" />
        </span>
        <Heading className="text-base font-medium">{title}</Heading>
        {text && <p className="mt-1 text-sm text-muted">{text}</p>}
        {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
      </div>
    </div>
  )
}

type Refusal = { status?: number; message?: string; requestId?: string | undefined }

/** What went wrong, whether asking again may help, and the number by which support finds it. */
export function Failure({
  error,
  retry,
  page,
  className,
}: {
  error: unknown
  retry?: () => void
  page?: boolean
  className?: string
}) {
  const { t } = useTranslation()
  const { status, message, requestId } = (error ?? {}) as Refusal
  const back = <Button onClick={() => history.back()}>{t('ui.back')}</Button>
  const shape = { page, className }
  if (status === 403)
    return (
      <State {...shape} icon={Lock} title={t('ui.no_right')} text={message || t('ui.no_right_text')} action={back} />
    )
  if (status === 404)
    return (
      <State {...shape} icon={TriangleAlert} title={t('ui.not_found')} text={t('ui.not_found_text')} action={back} />
    )
  const offline = status === 0
  return (
    <div role="alert">
      <State
        {...shape}
        icon={offline ? CloudOff : TriangleAlert}
        title={offline ? t('ui.offline') : t('ui.failed')}
        text={
          <>
            {offline ? t('ui.offline_text') : message}
            {requestId && <span className="mt-1 block text-xs text-subtle">{t('ui.request', { id: requestId })}</span>}
          </>
        }
        action={retry && <Button onClick={retry}>{t('ui.retry')}</Button>}
      />
    </div>
  )
}

/** Lines of text yet to come. */
export function Skeleton({ lines = 3, className }: { lines?: number; className?: string }) {
  const { t } = useTranslation()
  return (
    <div role="status" aria-label={t('ui.loading')} className={cn('space-y-3', className)}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="skeleton h-3.5" style={{ width: `${90 - ((index * 17) % 50)}%` }} />
      ))}
    </div>
  )
}
