import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Download, ListChecks } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { renew } from '@/api/queries'
import { useUndo } from '@/record/edit'
import { Button, buttonClass } from '@/ui/button'
import { ago, useLocale } from '@/ui/format'
import { Popover } from '@/ui/popover'
import { toastFailure } from '@/ui/toast'
import { ended, fileOf, fileUrl, type Job, shareOf, useJobName } from './jobs'
import { Bar, StateBadge } from './progress'

const shown = 6

/** One's own long work in the header: how far it is wherever one goes, and what became of it. */
export function JobCentre() {
  const { t } = useTranslation()
  const { workspace } = useParams({ strict: false })
  const [open, setOpen] = useState(false)
  const jobs = useQuery({
    queryKey: ['jobs', 'own'],
    queryFn: ({ signal }) =>
      space.get<{ data: Job[] }>('/jobs?mine=true&kind=import,export,update,delete,undo', { signal }),
    refetchInterval: (query) => (query.state.data?.data.some((job) => !ended(job)) ? 1500 : 60_000),
  })
  const list = jobs.data?.data ?? []
  useEnds(jobs.data?.data)
  const running = list.filter((job) => !ended(job))
  if (!list.length) return null
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      label={t('exchange.jobs')}
      className="w-92"
      trigger={
        <Button
          variant="ghost"
          size="icon"
          className="relative"
          aria-label={running.length ? t('exchange.centre', { count: running.length }) : t('exchange.jobs')}
        >
          {running.length ? <Ring share={shareOf(running[0] as Job)} /> : <ListChecks />}
        </Button>
      }
    >
      <h2 className="flex h-11 items-center border-b px-4 font-medium">{t('exchange.jobs')}</h2>
      <ul className="max-h-96 divide-y overflow-y-auto">
        {list.slice(0, Math.max(shown, running.length)).map((job) => (
          <Line key={job.id} job={job} />
        ))}
      </ul>
      <Link
        to={`/w/${workspace}/settings/jobs` as '/'}
        onClick={() => setOpen(false)}
        className="flex h-10 items-center justify-center border-t text-sm text-primary-text hover:bg-hover"
      >
        {t('exchange.centre_all')}
      </Link>
    </Popover>
  )
}

/** What has ended since one came is told, however quick it was; what it changed is shown anew. */
function useEnds(list: Job[] | undefined) {
  const { t } = useTranslation()
  const nameOf = useJobName()
  const undo = useUndo()
  const told = useRef<Set<string>>(undefined)
  useEffect(() => {
    const over = list?.filter(ended)
    if (!over) return
    const news = told.current
    if (news) for (const job of over) if (!news.has(job.id)) tell(job)
    told.current = new Set(over.map((job) => job.id))
    function tell(job: Job) {
      if (job.kind === 'import' || job.kind === 'export') return
      const object = typeof job.args_summary.object === 'string' ? job.args_summary.object : undefined
      renew(object)
      const name = nameOf(job)
      if (job.state === 'dead') return toastFailure(t('exchange.ended_badly', { name }))
      const {
        done = 0,
        failed = 0,
        change_set,
      } = (job.progress ?? {}) as Record<string, number> & {
        change_set?: string
      }
      if (failed) toastFailure(t('record.bulk_partly', { count: failed }))
      undo(t('exchange.ended', { name, count: done - failed }), change_set, object)
    }
  }, [list, nameOf, undo, t])
}

/** A ring that closes as the work goes on; it turns where the end is not known. */
function Ring({ share }: { share: number | undefined }) {
  const around = 2 * Math.PI * 6.5
  return (
    <svg viewBox="0 0 16 16" aria-hidden className={share === undefined ? 'animate-spin' : '-rotate-90'}>
      <circle cx="8" cy="8" r="6.5" fill="none" strokeWidth="2" className="stroke-line-strong" />
      <circle
        cx="8"
        cy="8"
        r="6.5"
        fill="none"
        strokeWidth="2"
        strokeLinecap="round"
        strokeDasharray={around}
        strokeDashoffset={around * (1 - (share ?? 0.25))}
        className="stroke-primary transition-[stroke-dashoffset]"
      />
    </svg>
  )
}

function Line({ job }: { job: Job }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const nameOf = useJobName()
  const file = fileOf(job.progress?.file)
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm">{nameOf(job)}</p>
        {ended(job) ? (
          <p className="mt-0.5 flex items-center gap-2 text-xs text-subtle">
            <StateBadge job={job} /> {ago(job.finished_at ?? job.created_at, locale)}
          </p>
        ) : (
          <Bar job={job} />
        )}
      </div>
      {job.state === 'done' && file && (
        <a href={fileUrl(file)} download className={buttonClass('outline', 'sm')}>
          <Download /> {t('exchange.get')}
        </a>
      )}
    </li>
  )
}
