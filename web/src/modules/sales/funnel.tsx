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
import { integer, money, moneyShort, useLocale } from '@/ui/format'
import { Failure, Skeleton, State } from '@/ui/states'
import {
  funnelFilter,
  funnelQuestion,
  type Period,
  periods,
  type Step,
  steps,
  type Whose,
  wonShare,
} from './funnel-data'
import { type Pipeline, usePipelines } from './stages'

/** How many deals and how much stand at each stage; every figure leads to its deals. */
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
  if (figures.isPending) return <Skeleton className="mt-6" lines={8} />
  if (figures.isError) return <Failure error={figures.error} retry={() => figures.refetch()} />
  const list = steps(pipeline.stages, figures.data.data)
  if (!list.some((step) => step.count))
    return <State icon={FunnelIcon} title={t('sales.no_deals')} text={t('sales.no_deals_text')} />
  const won = wonShare(list)
  return (
    <section className="mt-6 rounded-lg border bg-surface p-4 shadow-card max-sm:p-3" aria-label={t('sales.funnel')}>
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

function Row({ deal, step, filter }: { deal: Entity; step: Step; filter: Filter }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const { stage, count, sum, share } = step
  const here: Filter = { field: 'stage', op: 'in', value: [{ id: stage.id, title: stage.name }] }
  const parts = 'and' in filter ? [...filter.and, here] : [filter, here]
  return (
    <li className={cn(stage.kind === 'lost' && 'mt-3 border-t pt-3')}>
      <Link
        to="/w/$workspace/$object"
        params={{ workspace, object: deal.name }}
        search={{ filter: { and: parts }, as: 'list' }}
        aria-label={t('sales.show_stage', { stage: stage.name, count, n: count })}
        className="grid min-h-11 grid-cols-[6rem_minmax(0,1fr)_3.5rem_6.5rem] items-center gap-3 rounded-md px-2 hover:bg-hover max-sm:grid-cols-[5rem_minmax(0,1fr)_2.5rem_4.5rem] max-sm:gap-2 max-sm:px-1"
      >
        <span className="truncate text-sm">{stage.name}</span>
        <span className="flex h-7 justify-center rounded-md bg-surface-2" aria-hidden>
          <span
            className={cn(
              'h-full rounded-md transition-[width] duration-180',
              stage.kind === 'won' ? 'bg-ok/70' : stage.kind === 'lost' ? 'bg-subtle/50' : 'bg-primary/70',
            )}
            style={{ width: `${count ? Math.max(2, share * 100) : 0}%` }}
          />
        </span>
        <span className="num text-right text-sm font-medium">{integer(count, locale)}</span>
        <span
          className="num truncate text-right text-sm text-muted"
          title={sum ? money(sum.amount, sum.currency, locale) : undefined}
        >
          {sum ? moneyShort(sum.amount, sum.currency, locale) : '—'}
        </span>
      </Link>
    </li>
  )
}
