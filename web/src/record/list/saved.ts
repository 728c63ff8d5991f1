import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { viewsQuery } from '@/api/queries'
import type { Entity, Filter, Leaf, Me, Operator, View } from '@/api/types'
import { fieldOf } from '@/record/catalog'
import { toast } from '@/ui/toast'
import {
  columnsOf,
  complete,
  defaultColumns,
  type ListState,
  plainFilter,
  storeColumns,
  storedColumns,
  useListState,
} from './state'

/** The order of a list that says none. */
const newest = '-created_at'

/** What a view is changed by. */
export type ViewChange = Partial<Pick<View, 'columns' | 'sort' | 'filter'>>

/** Shared views are the administrator's to change, personal ones their maker's, the standard one nobody's. */
export const mayChange = (view: View, me: Me) => !view.standard && (!view.shared || me.admin)

const several: Partial<Record<Operator, Operator>> = { eq: 'in', ne: 'nin' }
const severalOf: Partial<Record<Operator, Operator>> = { eq: 'any', ne: 'none', in: 'any', nin: 'none' }

/** A filter as the screen edits it: what a server keeps of links is their ids, and the editors take lists of them. */
export function shownFilter(filter: Filter, entity: Entity): Filter {
  if ('and' in filter) return { and: filter.and.map((part) => shownFilter(part, entity)) }
  if ('or' in filter) return { or: filter.or.map((part) => shownFilter(part, entity)) }
  if ('not' in filter) return { not: shownFilter(filter.not, entity) }
  const kind = fieldOf(entity, filter.field)?.kind
  const circle = typeof filter.value === 'string' && !/^[\da-f-]{36}$/i.test(filter.value)
  if (!kind || !['link', 'links', 'owner', 'ref'].includes(kind) || filter.value === undefined || circle) return filter
  const list = Array.isArray(filter.value) ? filter.value : [filter.value]
  return {
    field: filter.field,
    op: (kind === 'links' ? severalOf : several)[filter.op] ?? filter.op,
    value: list.map((entry) => (typeof entry === 'string' && /^[\da-f-]{36}$/i.test(entry) ? { id: entry } : entry)),
  } satisfies Leaf
}

const alike = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** What is other on the screen than in a view; of the standard view, than the definitions have it. */
export function changesOf(
  entity: Entity,
  view: View | undefined,
  now: { filter: Filter | undefined; sort: string | undefined; columns: string[] },
): ViewChange {
  const plain = (filter: Filter | null | undefined) => {
    const whole = complete(filter ?? undefined)
    return whole ? plainFilter(shownFilter(whole, entity), entity) : null
  }
  const columns = view ? columnsOf(entity, view) : defaultColumns(entity)
  return {
    ...(alike(plain(now.filter), plain(view?.filter)) ? {} : { filter: plain(now.filter) }),
    ...((now.sort || newest) === (view?.sort || newest) ? {} : { sort: now.sort ?? '' }),
    ...(alike(now.columns, columns) ? {} : { columns: now.columns }),
  }
}

/** What a list shows: a saved view, and over it what the address and this browser have otherwise. */
export function useSaved(entity: Entity) {
  const { t } = useTranslation()
  const [state, setState] = useListState()
  const views = useQuery(viewsQuery(entity.name))
  const view = views.data?.find((entry) => entry.id === state.view && !entry.standard)
  const gone = !!state.view && !view && views.isSuccess && !views.isFetching
  const leave = useRef(() => {})
  useEffect(() => {
    leave.current = () => {
      toast(t('record.views.gone'))
      setState({ view: undefined })
    }
  })
  // Once: until the address has changed the list is drawn several times.
  useEffect(() => {
    if (gone) leave.current()
  }, [gone])

  const key = view?.id ?? ''
  const [chosen, setChosen] = useState<Record<string, string[] | null>>({})
  const columns = useMemo(() => {
    const own = chosen[key] === undefined ? storedColumns(entity, view?.id) : chosen[key]
    return own ?? (view ? columnsOf(entity, view) : defaultColumns(entity))
  }, [entity, view, key, chosen])
  const filter = useMemo(
    () => state.filter ?? (view?.filter ? shownFilter(view.filter, entity) : undefined),
    [state.filter, view, entity],
  )
  const sort = state.sort ?? (view?.sort || undefined)
  const setColumns = (next: string[] | undefined, of: string | undefined = view?.id) => {
    storeColumns(entity, of, next)
    setChosen((now) => ({ ...now, [of ?? '']: next ?? null }))
  }
  return {
    state,
    setState,
    views: views.data ?? [],
    /** The saved view that is shown; none for the standard one. */
    view,
    /** Which view it is, is not known yet. */
    pending: !!state.view && views.isPending,
    /** Why it cannot be known, and how to ask again: another list would pass for the one that was asked for. */
    failed: state.view && views.isError ? { error: views.error, retry: () => void views.refetch() } : undefined,
    filter,
    sort,
    columns,
    changes: changesOf(entity, view, { filter, sort, columns }),
    setFilter: (next: Filter | undefined) => setState({ filter: next ?? (view?.filter ? { and: [] } : undefined) }),
    setSort: (next: string | undefined) =>
      setState({ sort: next === (view?.sort || undefined) ? undefined : (next ?? newest) }),
    setColumns,
    /** Shows a view as it is kept. */
    show: (id: string | undefined, more: Partial<ListState> = {}) =>
      setState({ view: id, filter: undefined, sort: undefined, ...more }),
  }
}

export type Saved = ReturnType<typeof useSaved>
