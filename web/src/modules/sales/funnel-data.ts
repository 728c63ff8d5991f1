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

export type Step = { stage: Stage; count: number; sum: Money | null; share: number }

/** A row for each stage, also for those where nobody stands; `share` is of the largest count. */
export function steps(stages: Stage[], rows: Figure[]): Step[] {
  const byStage = new Map(rows.map((row) => [(row.stage as LinkValue | null)?.id, row]))
  const most = Math.max(1, ...rows.map((row) => Number(row.count ?? 0)))
  return stages.map((stage) => {
    const row = byStage.get(stage.id)
    const count = Number(row?.count ?? 0)
    return { stage, count, sum: (row?.sum as Money | null) ?? null, share: count / most }
  })
}

/** How many of the deals that ended were won, in whole percent; nothing while none has ended. */
export function wonShare(list: Step[]): number | undefined {
  const count = (kind: string) =>
    list.filter((step) => step.stage.kind === kind).reduce((sum, step) => sum + step.count, 0)
  const ended = count('won') + count('lost')
  return ended ? Math.round((count('won') / ended) * 100) : undefined
}
