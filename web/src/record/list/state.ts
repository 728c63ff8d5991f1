import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Entity, Field, Filter, Question, View } from '@/api/types'
import { fieldOf, visible } from '@/record/catalog'

/** What a list shows stands in the address, so that it can be shared, bookmarked and gone back to. */
export type ListState = {
  /** The id of a saved view; what stands beside it is other than the view has it. */
  view?: string
  /** Another way to look at the records, such as a board. */
  as?: string
  filter?: Filter
  sort?: string
  deleted?: boolean
}

export function useListState(): [ListState, (change: Partial<ListState>) => void] {
  const search = useSearch({ strict: false }) as ListState
  const navigate = useNavigate()
  const set = (change: Partial<ListState>) => {
    const next = Object.fromEntries(
      Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined && value !== ''),
    )
    void navigate({ to: '.', search: next as never, replace: true })
  }
  return [search, set]
}

/** Links in a filter keep their names for the eye; the server wants ids, and objects with them where there may be several. */
export function plainFilter(filter: Filter, entity?: Entity): Filter {
  if ('and' in filter) return { and: filter.and.map((part) => plainFilter(part, entity)) }
  if ('or' in filter) return { or: filter.or.map((part) => plainFilter(part, entity)) }
  if ('not' in filter) return { not: plainFilter(filter.not, entity) }
  if (filter.op === 'empty' || filter.op === 'filled') return { field: filter.field, op: filter.op }
  const ref = entity && fieldOf(entity, filter.field)?.kind === 'ref'
  const plain = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(plain)
      : typeof value === 'object' && value !== null && 'id' in value
        ? ref && 'object' in value
          ? { object: value.object, id: value.id }
          : value.id
        : value
  return { ...filter, value: plain(filter.value) }
}

/** A condition whose value is still missing asks nothing. */
export function complete(filter: Filter | undefined): Filter | undefined {
  if (!filter) return undefined
  if ('and' in filter || 'or' in filter) {
    const parts = ('and' in filter ? filter.and : filter.or).flatMap((part) => complete(part) ?? [])
    if (!parts.length) return undefined
    return 'and' in filter ? { and: parts } : { or: parts }
  }
  if ('not' in filter) {
    const part = complete(filter.not)
    return part && { not: part }
  }
  if (filter.op === 'empty' || filter.op === 'filled') return filter
  const value = filter.value
  if (value === undefined || value === null || value === '') return undefined
  if (Array.isArray(value) && (value.length === 0 || value.some((entry) => entry === null || entry === '')))
    return undefined
  return filter
}

export function questionOf(
  state: Pick<ListState, 'filter' | 'sort' | 'deleted'>,
  entity: Entity,
  columns: Field[],
): Question {
  const filter = complete(state.filter)
  const fields = new Set([entity.title_field, ...columns.map((field) => field.name)])
  return {
    ...(filter ? { filter: plainFilter(filter, entity) } : {}),
    sort: state.sort ?? '-created_at',
    fields: [...fields].filter((name) => fieldOf(entity, name)),
    ...(state.deleted ? { deleted: 'only' as const } : {}),
  }
}

/** The columns someone chose for an object, else those that the catalog marks for lists. */
export function defaultColumns(entity: Entity): string[] {
  const marked = entity.fields
    .filter((field) => field.list && visible(field))
    .sort((a, b) => (a.place ?? 0) - (b.place ?? 0))
    .map((field) => field.name)
  const names = marked.length
    ? marked
    : entity.fields
        .filter((field) => visible(field) && field.kind !== 'long_text')
        .slice(0, 8)
        .map((field) => field.name)
  return [entity.title_field, ...names.filter((name) => name !== entity.title_field)]
}

/** The columns that a saved view shows here: the title first, then those that the object still has. */
export const columnsOf = (entity: Entity, view: View): string[] => [
  entity.title_field,
  ...view.columns.filter((name) => name !== entity.title_field && fieldOf(entity, name)),
]

const key = (entity: Entity, view: string | undefined) => `columns/${entity.name}${view ? `/${view}` : ''}`

/** The columns that someone chose here for an object or a view of it, where they chose any. */
export function storedColumns(entity: Entity, view?: string): string[] | undefined {
  try {
    const stored = JSON.parse(localStorage.getItem(key(entity, view)) ?? 'null')
    if (Array.isArray(stored)) {
      const known = stored.filter((name) => typeof name === 'string' && fieldOf(entity, name))
      if (known.length) return known
    }
  } catch {}
  return undefined
}

export function storeColumns(entity: Entity, view: string | undefined, names: string[] | undefined) {
  try {
    if (names) localStorage.setItem(key(entity, view), JSON.stringify(names))
    else localStorage.removeItem(key(entity, view))
  } catch {}
}
