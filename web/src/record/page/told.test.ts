import { expect, test } from 'vitest'
import type { Entity, FieldChange } from '@/api/types'
import { told } from './told'

const field = (name: string, read_only = false) => ({
  name,
  kind: 'text',
  label: { zh: name },
  right: 'write',
  read_only,
})
const deal = {
  name: 'deal',
  title_field: 'name',
  fields: [field('name'), field('stage'), field('probability'), field('stage_since', true), field('status', true)],
} as unknown as Entity
const changed = (...names: string[]) => names.map((name) => ({ field: name, before: 1, after: 2 })) as FieldChange[]
const names = (list: FieldChange[]) => list.map((change) => change.field)
const follows = { stage: ['probability'] }

test('a move is told by its stage; what followed stands apart', () => {
  const { main, rest } = told(deal, changed('probability', 'stage', 'stage_since', 'status'), follows)
  expect(names(main)).toEqual(['stage'])
  expect(names(rest)).toEqual(['probability', 'stage_since', 'status'])
})

test('a probability that somebody set is told', () => {
  expect(names(told(deal, changed('probability'), follows).main)).toEqual(['probability'])
})

test('what only the program wrote is told when there is nothing else', () => {
  expect(names(told(deal, changed('status', 'unknown'), follows).main)).toEqual(['status'])
})
