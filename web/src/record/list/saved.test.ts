import { describe, expect, it } from 'vitest'
import type { Entity, Field, Filter, View } from '@/api/types'
import { changesOf, shownFilter } from './saved'

const label = { zh: '', en: '' }
const field = (name: string, kind: Field['kind'], more: Partial<Field> = {}): Field => ({
  name,
  kind,
  label,
  right: 'write',
  ...more,
})
const entity: Entity = {
  name: 'deal',
  label,
  plural: label,
  title_field: 'name',
  nav: true,
  group: 'sales',
  order: 1,
  fields: [
    field('name', 'text', { list: true, place: 1 }),
    field('amount', 'money', { list: true, place: 2 }),
    field('owner', 'owner'),
    field('customer', 'link', { target: 'customer' }),
    field('contacts', 'links', { target: 'contact' }),
  ],
}
const id = '019ab2c4-0000-7000-8000-000000000001'
const view: View = {
  id,
  object: 'deal',
  name: label,
  columns: ['amount', 'customer.level', 'gone'],
  sort: '-amount',
  filter: { field: 'customer', op: 'in', value: [id] },
  shared: false,
  owner: null,
  standard: false,
  version: 1,
}

describe('a saved view', () => {
  it('is edited as the screen has its filters', () => {
    expect(shownFilter(view.filter as Filter, entity)).toEqual({ field: 'customer', op: 'in', value: [{ id }] })
    expect(shownFilter({ and: [{ field: 'customer', op: 'eq', value: id }] }, entity)).toEqual({
      and: [{ field: 'customer', op: 'in', value: [{ id }] }],
    })
    expect(shownFilter({ not: { field: 'contacts', op: 'ne', value: id } }, entity)).toEqual({
      not: { field: 'contacts', op: 'none', value: [{ id }] },
    })
    for (const kept of [
      { field: 'owner', op: 'eq', value: 'me' },
      { field: 'owner', op: 'empty' },
      { field: 'name', op: 'contains', value: id },
    ] as Filter[])
      expect(shownFilter(kept, entity)).toEqual(kept)
  })
  it('knows what is other on the screen', () => {
    const columns = ['name', 'amount']
    const named: Filter = { field: 'customer', op: 'in', value: [{ id, title: '远景' }] }
    expect(changesOf(entity, view, { filter: named, sort: '-amount', columns })).toEqual({})
    expect(changesOf(entity, view, { filter: { and: [] }, sort: undefined, columns: ['name', 'owner'] })).toEqual({
      filter: null,
      sort: '',
      columns: ['name', 'owner'],
    })
    expect(changesOf(entity, { ...view, sort: '' }, { filter: named, sort: '-created_at', columns })).toEqual({})
    expect(changesOf(entity, undefined, { filter: undefined, sort: undefined, columns })).toEqual({})
    expect(changesOf(entity, undefined, { filter: named, sort: 'name', columns })).toEqual({
      filter: view.filter,
      sort: 'name',
    })
  })
})
