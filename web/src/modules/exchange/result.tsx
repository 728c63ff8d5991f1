import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Download, Undo2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { messageOf } from '@/api/problem'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import { useEntity, useLabel } from '@/record/catalog'
import { Fault, Rows, row } from '@/settings/parts'
import { Badge } from '@/ui/badge'
import { Button, buttonClass } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Select, Tabs } from '@/ui/control'
import { integer, useLocale } from '@/ui/format'
import { Failure, Skeleton } from '@/ui/states'
import { toast, toastFailure } from '@/ui/toast'
import { type Ask, type BadRow, type Choice, figuresOf, type Policy } from './data'
import { ended, fileUrl, type Job } from './jobs'
import { Bar, StateBadge } from './progress'
import { UnknownValues } from './unknown'

/** What an import did, or would do: its figures, the rows that need a decision or a repair, and what comes next. */
export function ResultStep({
  job,
  asked,
  start,
  again,
}: {
  job: Job
  asked: Ask
  start: (ask: Ask) => Promise<void>
  again: () => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const { workspace } = useParams({ strict: false })
  const entity = useEntity(asked.object)
  const trial = !!asked.dry_run
  const over = ended(job)
  const figures = figuresOf(job)
  const [choices, setChoices] = useState<Record<string, Choice>>({})
  const run = useMutation({
    mutationFn: () =>
      start({
        file: asked.file,
        object: asked.object,
        options: asked.options,
        mapping: asked.mapping,
        duplicates: asked.duplicates,
        ...(Object.keys(choices).length ? { rows: choices } : {}),
        dry_run: false,
      }),
  })
  const cancel = useMutation({
    mutationFn: () => space.post(`/jobs/${job.id}/cancel`),
    onError: (error) => toastFailure(messageOf(error)),
  })
  useEffect(() => {
    if (over && !trial) renew()
  }, [over, trial])
  return (
    <>
      <section aria-live="polite" className="rounded-lg border p-4">
        <div className="mb-3 flex flex-wrap items-center gap-2">
          <h2 className="min-w-0 flex-1 truncate font-medium">{String(job.args_summary.file_name ?? '')}</h2>
          {trial && <Badge tone="violet">{t('exchange.trial')}</Badge>}
          <StateBadge job={job} />
          {!over && (
            <Button size="sm" disabled={cancel.isPending || !!job.stopping} onClick={() => cancel.mutate()}>
              {t('ui.cancel')}
            </Button>
          )}
        </div>
        <Bar job={job} />
        <Numbers job={job} />
        <Fault error={job.error && new Error(job.error.message)} />
      </section>
      {over && trial && figures.unknown && (
        <UnknownValues key={job.id} list={figures.unknown} asked={asked} start={start} />
      )}
      {over && (figures.failed > 0 || figures.duplicates > 0) && (
        <Problems job={job} trial={trial} policy={asked.duplicates} choices={choices} setChoices={setChoices} />
      )}
      <Fault error={run.error && new Error(messageOf(run.error))} />
      {over && (
        <div className="mt-6 flex flex-wrap justify-end gap-2">
          <Button onClick={again}>{t('exchange.other_file')}</Button>
          {figures.mend && (
            <a href={fileUrl(figures.mend)} download className={buttonClass()}>
              <Download /> {t('exchange.mend')}
            </a>
          )}
          {trial ? (
            <Button variant="primary" disabled={job.state !== 'done' || run.isPending} onClick={() => run.mutate()}>
              {t('exchange.start')}
            </Button>
          ) : (
            <>
              <UndoImport job={job} />
              <Link
                to="/w/$workspace/$object"
                params={{ workspace: workspace ?? '', object: asked.object }}
                className={buttonClass('primary')}
              >
                {t('exchange.show', { name: label(entity?.plural) })}
              </Link>
            </>
          )}
        </div>
      )}
    </>
  )
}

function Numbers({ job }: { job: Job }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const figures = figuresOf(job)
  const also = Object.entries(figures.also ?? {})
  const label = useLabel()
  const contact = useEntity(also[0]?.[0] ?? '')
  return (
    <>
      <dl className="mt-4 grid grid-cols-3 gap-3 sm:grid-cols-5">
        {(['created', 'updated', 'skipped', 'duplicates', 'failed'] as const).map((name) => (
          <div key={name}>
            <dt className="text-xs text-muted">{t(`exchange.figure.${name}`)}</dt>
            <dd className={cn('num text-xl font-semibold', name === 'failed' && figures.failed > 0 && 'text-bad')}>
              {integer(figures[name], locale)}
            </dd>
          </div>
        ))}
      </dl>
      {also[0] && (
        <p className="mt-2 text-xs text-muted">
          {t('exchange.also', {
            name: label(contact?.plural),
            created: integer(also[0][1].created, locale),
            updated: integer(also[0][1].updated, locale),
          })}
        </p>
      )}
    </>
  )
}

/** Takes a whole import back; a large one goes on in the background. */
export function UndoImport({ job, size }: { job: Job; size?: 'sm' }) {
  const { t } = useTranslation()
  const changeSet = figuresOf(job).change_set
  const undo = useMutation({
    mutationFn: (id: string) => records.undo(id),
    onSuccess: ({ status }) => {
      renew()
      toast(t(status === 202 ? 'exchange.undoing' : 'record.undone'))
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const { created, updated } = figuresOf(job)
  if (!changeSet || created + updated === 0) return null
  return (
    <Button
      {...(size ? { size } : {})}
      disabled={undo.isPending || undo.isSuccess}
      onClick={() => undo.mutate(changeSet)}
    >
      <Undo2 /> {t(undo.isSuccess ? 'record.undone' : 'exchange.undo')}
    </Button>
  )
}

type ProblemsProps = {
  job: Job
  trial: boolean
  policy: Policy
  choices: Record<string, Choice>
  setChoices: (change: (now: Record<string, Choice>) => Record<string, Choice>) => void
}

function Problems(props: ProblemsProps) {
  const { t } = useTranslation()
  const figures = figuresOf(props.job)
  const [kind, setKind] = useState<'failed' | 'duplicate'>(figures.failed ? 'failed' : 'duplicate')
  return (
    <section className="mt-6">
      <Tabs
        label={t('exchange.rows')}
        value={kind}
        onChange={setKind}
        className="mb-3"
        tabs={[
          { value: 'failed', label: `${t('exchange.figure.failed')} ${figures.failed}` },
          { value: 'duplicate', label: `${t('exchange.figure.duplicates')} ${figures.duplicates}` },
        ]}
      />
      <List key={kind} {...props} kind={kind} />
    </section>
  )
}

function List({ job, kind, trial, policy, choices, setChoices }: ProblemsProps & { kind: 'failed' | 'duplicate' }) {
  const { t } = useTranslation()
  const rows = useInfiniteQuery({
    queryKey: ['import-rows', job.id, kind],
    queryFn: ({ pageParam, signal }) =>
      space.get<{ data: BadRow[]; next: number | null }>(
        `/imports/${job.id}/rows?kind=${kind}&after=${pageParam}&limit=50`,
        {
          signal,
        },
      ),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next ?? undefined,
  })
  if (rows.isPending) return <Skeleton />
  if (rows.isError) return <Failure error={rows.error} retry={() => rows.refetch()} />
  const list = rows.data.pages.flatMap((page) => page.data)
  if (!list.length) return <p className="text-sm text-muted">{t('exchange.no_rows')}</p>
  const choose = (line: number, choice: Choice | undefined) =>
    setChoices((now) => {
      const next = { ...now }
      if (choice) next[line] = choice
      else delete next[line]
      return next
    })
  return (
    <>
      <Rows label={t('exchange.rows')}>
        {list.map((entry) => (
          <li key={entry.line} className={row}>
            <span className="num w-16 shrink-0 text-xs text-subtle">{t('exchange.line', { line: entry.line })}</span>
            <span className="min-w-0 flex-1 basis-40 truncate font-medium">{entry.title || '—'}</span>
            {entry.kind === 'failed' ? (
              <ul className="basis-full text-sm text-bad sm:basis-1/2">
                {entry.faults?.map((fault, index) => (
                  <li key={index}>{[fault.name, fault.message].filter(Boolean).join(t('ui.colon'))}</li>
                ))}
              </ul>
            ) : (
              <Duplicate
                entry={entry}
                trial={trial}
                policy={policy}
                choice={choices[entry.line]}
                onChoose={(choice) => choose(entry.line, choice)}
              />
            )}
          </li>
        ))}
      </Rows>
      {rows.hasNextPage && (
        <Button className="mt-3" onClick={() => rows.fetchNextPage()}>
          {t('record.load_more')}
        </Button>
      )}
    </>
  )
}

/** Whom a row may already be, and what shall become of it. */
function Duplicate({
  entry,
  trial,
  policy,
  choice,
  onChoose,
}: {
  entry: BadRow
  trial: boolean
  policy: Policy
  choice: Choice | undefined
  onChoose: (choice: Choice | undefined) => void
}) {
  const { t } = useTranslation()
  const matches = entry.matches ?? []
  const named = matches.map((match) =>
    match.record?.hidden
      ? t('exchange.match_hidden')
      : match.record?.title
        ? match.record.title + (match.record.binned ? t('exchange.match_binned') : '')
        : t('exchange.match_line', { line: match.line ?? 0 }),
  )
  const value = choice ? (choice.id ? `update:${choice.id}` : choice.do) : ''
  return (
    <span className="flex basis-full flex-wrap items-center gap-2 sm:basis-1/2">
      <span className="min-w-0 flex-1 truncate text-sm text-muted">
        {t('exchange.same_as', { names: [...new Set(named)].join(t('ui.comma')) })}
      </span>
      {trial ? (
        <Select
          aria-label={t('exchange.choice_of', { line: entry.line })}
          className="w-44"
          value={value}
          onChange={(event) => {
            const [verb, id] = event.target.value.split(':')
            onChoose(verb ? { do: verb as Policy, ...(id ? { id } : {}) } : undefined)
          }}
        >
          <option value="">{t('exchange.as_policy', { policy: t(`exchange.policy.${policy}`) })}</option>
          <option value="skip">{t('exchange.policy.skip')}</option>
          <option value="create">{t('exchange.policy.create')}</option>
          {matches.flatMap((match) =>
            match.record?.id && !match.record.binned
              ? [
                  <option key={match.record.id} value={`update:${match.record.id}`}>
                    {t('exchange.update_that', { name: match.record.title ?? '' })}
                  </option>,
                ]
              : [],
          )}
        </Select>
      ) : (
        entry.did && <Badge>{t(`exchange.policy.${entry.did}`)}</Badge>
      )}
    </span>
  )
}
