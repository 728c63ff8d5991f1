import type { Aggregate, Figure, Filter, LinkValue, Money } from '@/api/types'
import type { Stage } from './stages'

export const periods = ['all', 'this_month', 'last_month', 'this_quarter', 'this_year'] as const
export type Period = (typeof periods)[number]
export type Whose = 'all' | 'me' | 'my_subordinates' | 'my_department'

/** The deals that a funnel counts: of one pipeline, made within a period, of some people. */
export function funnelFilter(pipeline: string, period: Period, whose: Whose, owner?: LinkValue): Filter {
  const parts: Filter[] = [{ field: 'pipeline', op: 'in', value: [pipeline] }]
  if (period !== 'all') parts.push({ field: 'created_at', op: 'within', value: period })
  if (owner) parts.push({ field: 'owner', op: 'in', value: [owner] })
  else if (whose !== 'all') parts.push({ field: 'owner', op: 'eq', value: whose })
  return { and: parts }
}

export const funnelQuestion = (filter: Filter): Aggregate => ({
  filter,
  group: ['stage'],
  measures: [
    { fn: 'count', as: 'count' },
    { fn: 'sum', field: 'amount', as: 'sum' },
  ],
})

/** How many of these deals ever came to each stage: their stage changes tell. */
export const reachedQuestion = (filter: Filter): Aggregate => ({
  filter: ofDeal(filter),
  group: ['to'],
  measures: [{ fn: 'count_distinct', field: 'deal', as: 'count' }],
})

/** A filter of deals, asked one link away. */
function ofDeal(filter: Filter): Filter {
  if ('and' in filter) return { and: filter.and.map(ofDeal) }
  return 'field' in filter ? { ...filter, field: `deal.${filter.field}` } : filter
}

export type Step = {
  stage: Stage
  /** How many stand here now, and how much. */
  count: number
  sum: Money | null
  /** How many ever came here or further. */
  reached: number
  /** Of the largest number that came anywhere, from 0 to 1: those who came, and those who still stand here. */
  share: number
  standing: number
  /** How many of those of the stage before came here, in whole percent; nothing at the first, and of a loss. */
  passed: number | undefined
}

/** A row for each stage, also for those where nobody stands. Who is further on has come past a stage, though it was skipped. */
export function steps(stages: Stage[], rows: Figure[], came: Figure[] = []): Step[] {
  const standing = new Map(rows.map((row) => [(row.stage as LinkValue | null)?.id, row]))
  const entered = new Map(came.map((row) => [(row.to as LinkValue | null)?.id, Number(row.count ?? 0)]))
  const reached = stages.map(({ id }) => Math.max(entered.get(id) ?? 0, Number(standing.get(id)?.count ?? 0)))
  let further = 0
  for (let index = stages.length - 1; index >= 0; index--) {
    if (stages[index]?.kind === 'lost') continue
    further = Math.max(further, reached[index] ?? 0)
    reached[index] = further
  }
  const most = Math.max(1, ...reached)
  return stages.map((stage, index) => {
    const row = standing.get(stage.id)
    const count = Number(row?.count ?? 0)
    const here = reached[index] ?? 0
    const before = reached[index - 1]
    return {
      stage,
      count,
      sum: (row?.sum as Money | null) ?? null,
      reached: here,
      share: here / most,
      standing: count / most,
      passed: stage.kind === 'lost' || !before ? undefined : Math.round((here / before) * 100),
    }
  })
}

/** How many of the deals that ended were won, in whole percent; nothing while none has ended. */
export function wonShare(list: Step[]): number | undefined {
  const count = (kind: string) =>
    list.filter((step) => step.stage.kind === kind).reduce((sum, step) => sum + step.count, 0)
  const ended = count('won') + count('lost')
  return ended ? Math.round((count('won') / ended) * 100) : undefined
}
