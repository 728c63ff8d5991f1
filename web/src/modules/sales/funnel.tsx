import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Filter as FunnelIcon } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { figuresQuery } from '@/api/queries'
import type { Entity, Filter, LinkValue } from '@/api/types'
import { allows, fieldOf, useEntity, useRights } from '@/record/catalog'
import { Editor } from '@/record/fields/value'
import { plainFilter } from '@/record/list/state'
import { cn } from '@/ui/cn'
import { Labeled, Select } from '@/ui/control'
import { integer, money, moneyShort, percent, useLocale } from '@/ui/format'
import { Failure, Skeleton, State } from '@/ui/states'
import {
  funnelFilter,
  funnelQuestion,
  type Period,
  periods,
  reachedQuestion,
  type Step,
  steps,
  type Whose,
  wonShare,
} from './funnel-data'
import { type Pipeline, usePipelines } from './stages'

/** How many deals came to each stage, how many went on, and what stands there now; every row leads to its deals. */
export default function FunnelPage() {
  const deal = useEntity('deal')
  const rights = useRights('deal')
  const pipelines = usePipelines()
  if (!deal) return <Failure error={{ status: 404 }} />
  if (!allows(rights.read)) return <Failure error={{ status: 403 }} />
  if (pipelines.error) return <Failure error={pipelines.error} retry={pipelines.retry} />
  if (!pipelines.data) return <Skeleton className="p-6" lines={8} />
  return <Funnel deal={deal} pipelines={pipelines.data} />
}

const circles: Whose[] = ['all', 'me', 'my_subordinates', 'my_department']

function Funnel({ deal, pipelines }: { deal: Entity; pipelines: Pipeline[] }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState(pipelines[0]?.id ?? '')
  const [period, setPeriod] = useState<Period>('all')
  const [whose, setWhose] = useState<Whose>('all')
  const [owner, setOwner] = useState<LinkValue | null>(null)
  const pipeline = pipelines.find((entry) => entry.id === chosen) ?? pipelines[0]
  const person = fieldOf(deal, 'owner')
  if (!pipeline) return <State icon={FunnelIcon} title={t('sales.no_deals')} />
  const filter = funnelFilter(pipeline.id, period, whose, owner ?? undefined)
  return (
    <div className="@container h-full overflow-y-auto">
      <div className="mx-auto max-w-5xl px-5 py-5 max-sm:px-4">
        <h1 className="text-xl font-semibold">{t('sales.funnel')}</h1>
        <div className="mt-4 grid gap-3 @md:grid-cols-2 @3xl:grid-cols-4">
          <Labeled label={t('sales.pipeline')}>
            {(ids) => (
              <Select {...ids} value={pipeline.id} onChange={(event) => setChosen(event.target.value)}>
                {pipelines.map((entry) => (
                  <option key={entry.id} value={entry.id}>
                    {entry.name}
                  </option>
                ))}
              </Select>
            )}
          </Labeled>
          <Labeled label={t('sales.made')}>
            {(ids) => (
              <Select {...ids} value={period} onChange={(event) => setPeriod(event.target.value as Period)}>
                {periods.map((entry) => (
                  <option key={entry} value={entry}>
                    {entry === 'all' ? t('sales.all_time') : t(`record.span.${entry}`)}
                  </option>
                ))}
              </Select>
            )}
          </Labeled>
          <Labeled label={t('sales.whose')}>
            {(ids) => (
              <Select
                {...ids}
                value={owner ? 'one' : whose}
                onChange={(event) => {
                  setOwner(null)
                  setWhose(event.target.value as Whose)
                }}
              >
                {circles.map((entry) => (
                  <option key={entry} value={entry}>
                    {entry === 'all' ? t('sales.everyone') : t(`record.circle.${entry}`)}
                  </option>
                ))}
                {owner && <option value="one">{owner.title}</option>}
              </Select>
            )}
          </Labeled>
          {person && (
            <Labeled label={t('sales.one_person')}>
              {(ids) => (
                <Editor
                  {...ids}
                  field={{ ...person, required: false }}
                  value={owner}
                  onChange={(value) => setOwner(value as LinkValue | null)}
                />
              )}
            </Labeled>
          )}
        </div>
        <Stages deal={deal} pipeline={pipeline} filter={filter} />
      </div>
    </div>
  )
}

function Stages({ deal, pipeline, filter }: { deal: Entity; pipeline: Pipeline; filter: Filter }) {
  const { t } = useTranslation()
  const figures = useQuery(figuresQuery(deal.name, funnelQuestion(plainFilter(filter))))
  const came = useQuery(figuresQuery('stage_change', reachedQuestion(plainFilter(filter))))
  if (figures.isPending || came.isPending) return <Skeleton className="mt-6" lines={8} />
  for (const asked of [figures, came])
    if (asked.isError) return <Failure error={asked.error} retry={() => asked.refetch()} />
  const list = steps(pipeline.stages, figures.data?.data ?? [], came.data?.data)
  if (!list.some((step) => step.reached))
    return <State icon={FunnelIcon} title={t('sales.no_deals')} text={t('sales.no_deals_text')} />
  const won = wonShare(list)
  return (
    <section className="mt-6 rounded-lg border bg-surface p-4 shadow-card max-sm:p-3" aria-label={t('sales.funnel')}>
      <div className={cn(columns, 'mb-1 text-xs text-muted')} aria-hidden>
        <span>{t('sales.stage')}</span>
        <span />
        <span className="text-right">{t('sales.reached')}</span>
        <span className="text-right max-sm:hidden">{t('sales.passed')}</span>
        <span className="text-right">{t('sales.standing')}</span>
        <span className="text-right max-sm:hidden">{t('sales.amount')}</span>
      </div>
      <ol className="space-y-1.5">
        {list.map((step) => (
          <Row key={step.stage.id} deal={deal} step={step} filter={filter} />
        ))}
      </ol>
      {won !== undefined && (
        <p className="num mt-4 border-t pt-3 text-sm text-muted">{t('sales.won_share', { n: won })}</p>
      )}
    </section>
  )
}

const columns =
  'grid grid-cols-[6rem_minmax(0,1fr)_4rem_5rem_4rem_6.5rem] items-center gap-3 px-2 max-sm:grid-cols-[5rem_minmax(0,1fr)_3rem_3rem] max-sm:gap-2 max-sm:px-1'

function Row({ deal, step, filter }: { deal: Entity; step: Step; filter: Filter }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const { stage, count, sum, reached, share, standing, passed } = step
  const here: Filter = { field: 'stage', op: 'in', value: [{ id: stage.id, title: stage.name }] }
  const parts = 'and' in filter ? [...filter.and, here] : [filter, here]
  return (
    <li className={cn(stage.kind === 'lost' && 'mt-3 border-t pt-3')}>
      <Link
        to="/w/$workspace/$object"
        params={{ workspace, object: deal.name }}
        search={{ filter: { and: parts }, as: 'list' }}
        aria-label={t('sales.show_stage', { stage: stage.name, count, n: count })}
        className={cn(columns, 'min-h-11 rounded-md hover:bg-hover')}
      >
        <span className="truncate text-sm">{stage.name}</span>
        <span className="relative flex h-7 justify-center rounded-md bg-surface-2" aria-hidden>
          <Part kind={stage.kind} share={share} className="opacity-35" />
          <Part kind={stage.kind} share={standing} className="absolute inset-y-0" />
        </span>
        <span className="num text-right text-sm font-medium">
          <span className="sr-only">{t('sales.reached')} </span>
          {integer(reached, locale)}
        </span>
        <span className="num text-right text-sm text-muted max-sm:hidden">
          {passed === undefined ? '' : percent(passed, locale)}
        </span>
        <span className="num text-right text-sm font-medium">{integer(count, locale)}</span>
        <span
          className="num truncate text-right text-sm text-muted max-sm:hidden"
          title={sum ? money(sum.amount, sum.currency, locale) : undefined}
        >
          {sum ? moneyShort(sum.amount, sum.currency, locale) : '—'}
        </span>
      </Link>
    </li>
  )
}

/** A part of a stage's bar; what is not nothing can be seen. */
function Part({ kind, share, className }: { kind: Step['stage']['kind']; share: number; className: string }) {
  return (
    <span
      className={cn(
        'h-full rounded-md transition-[width] duration-180',
        kind === 'won' ? 'bg-ok' : kind === 'lost' ? 'bg-subtle' : 'bg-primary',
        className,
      )}
      style={{ width: `${share ? Math.max(1.5, share * 100) : 0}%` }}
    />
  )
}
