import { describe, expect, it } from 'vitest'
import { funnelFilter, reachedQuestion, steps, wonShare } from './funnel-data'
import { arrange } from './stages'

const [pipeline] = arrange(
  [{ record: { id: 'p', version: 1, default: true }, name: '标准' }],
  [
    { id: 'a', version: 1, name: '接触', pipeline: { id: 'p' }, probability: '10', kind: 'open' },
    { id: 'w', version: 1, name: '赢单', pipeline: { id: 'p' }, probability: '100', kind: 'won' },
    { id: 'l', version: 1, name: '输单', pipeline: { id: 'p' }, probability: '0', kind: 'lost' },
    { id: 'x', version: 1, name: '别处', pipeline: { id: 'q' }, probability: '0', kind: 'open' },
  ],
)
const stages = pipeline?.stages ?? []

describe('funnel', () => {
  it('has a row for every stage of its pipeline', () => {
    const rows = steps(stages, [{ stage: { id: 'a' }, count: 4, sum: { amount: '10.00', currency: 'CNY' } }])
    expect(rows.map((row) => [row.stage.name, row.count, row.share])).toEqual([
      ['接触', 4, 1],
      ['赢单', 0, 0],
      ['输单', 0, 0],
    ])
  })
  it('tells how many came to a stage or past it, and how many went on', () => {
    const rows = steps(
      stages,
      [
        { stage: { id: 'a' }, count: 1 },
        { stage: { id: 'w' }, count: 4 },
      ],
      [
        { to: { id: 'a' }, count: 3 },
        { to: { id: 'w' }, count: 4 },
        { to: { id: 'l' }, count: 2 },
      ],
    )
    expect(rows.map((row) => [row.stage.name, row.reached, row.passed, row.standing])).toEqual([
      ['接触', 4, undefined, 0.25],
      ['赢单', 4, 100, 1],
      ['输单', 2, undefined, 0],
    ])
  })
  it('asks for stage changes by the same filter, one link away', () => {
    expect(reachedQuestion(funnelFilter('p', 'all', 'me')).filter).toEqual({
      and: [
        { field: 'deal.pipeline', op: 'in', value: ['p'] },
        { field: 'deal.owner', op: 'eq', value: 'me' },
      ],
    })
  })
  it('tells the share of won deals only where some have ended', () => {
    expect(wonShare(steps(stages, []))).toBeUndefined()
    expect(
      wonShare(
        steps(stages, [
          { stage: { id: 'w' }, count: 1 },
          { stage: { id: 'l' }, count: 2 },
        ]),
      ),
    ).toBe(33)
  })
  it('asks for one person before a circle of them', () => {
    expect(funnelFilter('p', 'this_month', 'me', { id: 'u' })).toEqual({
      and: [
        { field: 'pipeline', op: 'in', value: ['p'] },
        { field: 'created_at', op: 'within', value: 'this_month' },
        { field: 'owner', op: 'in', value: [{ id: 'u' }] },
      ],
    })
  })
})
