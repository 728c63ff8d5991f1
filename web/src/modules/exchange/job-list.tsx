import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Download, ListChecks, RotateCw, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { messageOf } from '@/api/problem'
import { queryClient } from '@/api/queries'
import { Page, row } from '@/settings/parts'
import { Button, buttonClass } from '@/ui/button'
import { Segments, Select } from '@/ui/control'
import { ago, moment, useLocale } from '@/ui/format'
import { State as Empty } from '@/ui/states'
import { toast, toastFailure } from '@/ui/toast'
import { ended, fileOf, fileUrl, type Job, jobKinds, type State, useJobName } from './jobs'
import { Pages } from './pages'
import { Bar, StateBadge } from './progress'

type Answer = { data: Job[]; counts?: Partial<Record<State, number>>; next: string | null }

const shown = ['all', 'running', 'dead'] as const

/** Long work: what waits, what goes on, what ended badly and why, and the way to try again. */
export default function Jobs() {
  const { t } = useTranslation()
  const [state, setState] = useState<(typeof shown)[number]>('all')
  const [kind, setKind] = useState('')
  const states = { all: '', running: 'waiting,running', dead: 'dead' }[state]
  const jobs = useInfiniteQuery({
    queryKey: ['jobs', state, kind],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams()
      if (states) query.set('state', states)
      // Reminders run each minute: they are shown when asked for, and when something of them has failed.
      const own = state === 'dead' ? '' : jobKinds.join(',')
      if (kind !== 'all') query.set('kind', kind || own)
      if (pageParam) query.set('cursor', pageParam)
      return space.get<Answer>(`/jobs?${query}`, { signal })
    },
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: (query) => (query.state.data?.pages[0]?.data.some((job) => !ended(job)) ? 2000 : 15_000),
  })
  const counts = jobs.data?.pages[0]?.counts
  return (
    <Page title={t('exchange.jobs')} text={t('exchange.jobs_text')}>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Segments
          label={t('exchange.state.label')}
          value={state}
          onChange={setState}
          options={shown.map((value) => ({
            value,
            label: (
              <>
                {t(`exchange.shown.${value}`)}
                {value === 'dead' && !!counts?.dead && <span className="num text-bad">{counts.dead}</span>}
              </>
            ),
          }))}
        />
        <Select
          aria-label={t('exchange.kind.label')}
          className="w-36"
          value={kind}
          onChange={(event) => setKind(event.target.value)}
        >
          <option value="">{t('exchange.kind.own')}</option>
          {jobKinds.map((name) => (
            <option key={name} value={name}>
              {t(`exchange.kind.${name}`)}
            </option>
          ))}
          <option value="all">{t('exchange.kind.all')}</option>
        </Select>
      </div>
      <Pages
        jobs={jobs}
        label={t('exchange.jobs')}
        empty={<Empty icon={ListChecks} title={t('exchange.no_jobs')} text={t('exchange.no_jobs_text')} />}
        show={(job) => <JobRow key={job.id} job={job} />}
      />
    </Page>
  )
}

function JobRow({ job }: { job: Job }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const nameOf = useJobName()
  const work = useMutation({
    mutationFn: (verb: 'cancel' | 'retry') => space.post(`/jobs/${job.id}/${verb}`),
    onSuccess: (_, verb) => {
      void queryClient.invalidateQueries({ queryKey: ['jobs'] })
      toast(t(verb === 'cancel' ? 'exchange.cancelled' : 'exchange.again'))
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const file = fileOf(job.progress?.file)
  return (
    <li className={row}>
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex items-center gap-2">
          <span className="truncate font-medium">{nameOf(job)}</span>
          <StateBadge job={job} />
        </p>
        <p className="text-xs text-muted" title={moment(job.created_at, locale)}>
          {[
            job.actor?.title,
            ago(job.created_at, locale),
            job.attempt > 1 && t('exchange.attempt', { n: job.attempt, of: job.attempts }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {job.error && (
          <p className="mt-0.5 text-sm text-bad">
            {job.error.message}
            {job.error.detail && <span className="block truncate text-xs text-subtle">{job.error.detail}</span>}
          </p>
        )}
        {!ended(job) && (
          <div className="mt-1.5 max-w-80">
            <Bar job={job} />
          </div>
        )}
      </div>
      {job.state === 'done' && file && (
        <a href={fileUrl(file)} download className={buttonClass('outline', 'sm')}>
          <Download /> {t('exchange.get')}
        </a>
      )}
      {!ended(job) && (
        <Button
          size="sm"
          variant="ghost"
          disabled={work.isPending || !!job.stopping}
          onClick={() => work.mutate('cancel')}
        >
          <X /> {t('ui.cancel')}
        </Button>
      )}
      {(job.state === 'dead' || job.state === 'cancelled') && (
        <Button size="sm" variant="ghost" disabled={work.isPending} onClick={() => work.mutate('retry')}>
          <RotateCw /> {t('ui.retry')}
        </Button>
      )}
    </li>
  )
}
