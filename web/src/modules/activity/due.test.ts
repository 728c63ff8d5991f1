import { describe, expect, it } from 'vitest'
import { dueAt, remindAt, urgency } from './due'

const shanghai = { lang: 'zh', tag: 'zh-CN', zone: 'Asia/Shanghai' } as const
// A Tuesday, 07:30 of the next day in Shanghai.
const now = '2026-11-23T23:30:00Z'

describe('due', () => {
  it('names days by the clock of the reader', () => {
    expect(dueAt('today', shanghai, now)).toBe('2026-11-24T10:00:00Z')
    expect(dueAt('tomorrow', shanghai, now)).toBe('2026-11-25T01:00:00Z')
    expect(dueAt('in_three_days', shanghai, now)).toBe('2026-11-27T01:00:00Z')
    expect(dueAt('next_monday', shanghai, now)).toBe('2026-11-30T01:00:00Z')
  })
  it('takes the Monday after a Monday', () => {
    expect(dueAt('next_monday', shanghai, '2026-11-30T02:00:00Z')).toBe('2026-12-07T01:00:00Z')
  })
  it('reminds before', () => {
    expect(remindAt('2026-11-24T10:00:00Z', '15')).toBe('2026-11-24T09:45:00Z')
    expect(remindAt('2026-11-24T10:00:00Z', 'none')).toBeUndefined()
    expect(remindAt(null, '15')).toBeUndefined()
  })
  it('tells late from today', () => {
    expect(urgency('2026-11-23T23:00:00Z', shanghai, now)).toBe('late')
    expect(urgency('2026-11-24T15:59:00Z', shanghai, now)).toBe('today')
    expect(urgency('2026-11-24T16:00:00Z', shanghai, now)).toBeNull()
  })
})
