import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Target } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { figuresQuery } from '@/api/queries'
import type { Filter } from '@/api/types'
import { allows, useEntity, useRights } from '@/record/catalog'
import { useCreate } from '@/record/form/create'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { integer, money, moneyShort, useLocale } from '@/ui/format'
import { Panel } from '@/ui/panel'
import { Failure, Skeleton, State } from '@/ui/states'
import { funnelQuestion, type Step, steps } from './funnel-data'
import { dotOf, type Pipeline, usePipelines } from './stages'

/** The open deals of the person, by stage. */
export default function MyDeals() {
  const deal = useEntity('deal')
  const rights = useRights('deal')
  if (!deal || !allows(rights.read)) return null
  return <Deals mayAdd={rights.create} />
}

const mine: Filter[] = [
  { field: 'owner', op: 'eq', value: 'me' },
  { field: 'status', op: 'in', value: ['open'] },
]

function Deals({ mayAdd }: { mayAdd: boolean }) {
  const { t } = useTranslation()
  const create = useCreate()
  const pipelines = usePipelines()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const figures = useQuery(figuresQuery('deal', funnelQuestion({ and: mine })))
  const rows = figures.data?.data ?? []
  const count = rows.reduce((sum, row) => sum + Number(row.count ?? 0), 0)
  const error = pipelines.error ?? figures.error
  const ways = pipelines.data
  return (
    <Panel
      title={t('sales.my_deals')}
      count={count}
      action={
        <Link
          to="/w/$workspace/$object"
          params={{ workspace, object: 'deal' }}
          search={{ filter: { and: mine }, as: 'list' }}
          className="text-xs text-primary-text hover:underline"
        >
          {t('record.show_all')}
        </Link>
      }
    >
      {error ? (
        <Failure error={error} retry={() => void figures.refetch()} className="py-6" />
      ) : !figures.data || !ways ? (
        <Skeleton className="p-4" lines={5} />
      ) : count === 0 ? (
        <State
          icon={Target}
          title={t('sales.no_open_deals')}
          text={t('sales.no_open_deals_text')}
          className="py-8"
          action={mayAdd && <Button onClick={() => create('deal', {}, () => undefined)}>{t('sales.new_deal')}</Button>}
        />
      ) : (
        ways.map((pipeline) => (
          <Stages
            key={pipeline.id}
            pipeline={pipeline}
            list={steps(pipeline.stages, rows).filter((step) => step.stage.kind === 'open')}
            named={ways.length > 1}
          />
        ))
      )}
    </Panel>
  )
}

function Stages({ pipeline, list, named }: { pipeline: Pipeline; list: Step[]; named: boolean }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const { workspace } = useParams({ from: '/w/$workspace' })
  if (!list.some((step) => step.count)) return null
  return (
    <section aria-label={pipeline.name}>
      {named && <h3 className="px-4 pt-2.5 text-xs text-subtle">{pipeline.name}</h3>}
      <ul className="py-1">
        {list.map((step, index) => (
          <li key={step.stage.id}>
            <Link
              to="/w/$workspace/$object"
              params={{ workspace, object: 'deal' }}
              search={{
                filter: {
                  and: [...mine, { field: 'stage', op: 'in', value: [{ id: step.stage.id, title: step.stage.name }] }],
                },
                as: 'list',
              }}
              aria-label={t('sales.show_stage', { stage: step.stage.name, count: step.count, n: step.count })}
              className="flex min-h-10 items-center gap-2.5 px-4 text-sm hover:bg-hover"
            >
              <span className={cn('size-2 shrink-0 rounded-full', dotOf(step.stage, index))} aria-hidden />
              <span className="min-w-0 flex-1 truncate">{step.stage.name}</span>
              <span className="num text-muted">{integer(step.count, locale)}</span>
              <span
                className="num w-20 text-right font-medium"
                title={step.sum ? money(step.sum.amount, step.sum.currency, locale) : undefined}
              >
                {step.sum && step.count ? moneyShort(step.sum.amount, step.sum.currency, locale) : '—'}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
