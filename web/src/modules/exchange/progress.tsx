import { useTranslation } from 'react-i18next'
import { Badge, type Tone } from '@/ui/badge'
import { cn } from '@/ui/cn'
import { integer, useLocale } from '@/ui/format'
import { type Job, type State, shareOf } from './jobs'

const tones: Record<State, Tone> = { waiting: 'gray', running: 'info', done: 'ok', dead: 'bad', cancelled: 'gray' }

export function StateBadge({ job }: { job: Job }) {
  const { t } = useTranslation()
  return (
    <Badge tone={tones[job.state]} dot>
      {t(job.stopping && job.state === 'running' ? 'exchange.state.stopping' : `exchange.state.${job.state}`)}
    </Badge>
  )
}

/** A bar that fills as the work goes on, with its figures; it moves on its own where the end is not known yet. */
export function Bar({ job }: { job: Job }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const share = shareOf(job)
  const { done, total } = (job.progress ?? {}) as { done?: number; total?: number }
  const text =
    total && done !== undefined
      ? t('exchange.done_of', { done: integer(done, locale), total: integer(total, locale) })
      : t(`exchange.state.${job.state}`)
  return (
    <div className="flex items-center gap-3">
      <div
        role="progressbar"
        aria-label={t('exchange.progress')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuetext={text}
        {...(share === undefined ? {} : { 'aria-valuenow': Math.round(share * 100) })}
        className="h-1.5 min-w-24 flex-1 overflow-hidden rounded-full bg-surface-2"
      >
        <div
          className={cn(
            'h-full rounded-full bg-primary transition-[width] duration-180',
            job.state === 'dead' && 'bg-bad-solid',
            job.state === 'cancelled' && 'bg-line-strong',
            share === undefined && 'w-1/3 animate-pulse',
          )}
          style={share === undefined ? undefined : { width: `${Math.round(share * 100)}%` }}
        />
      </div>
      <span className="num shrink-0 text-xs text-muted" aria-hidden>
        {text}
      </span>
    </div>
  )
}
