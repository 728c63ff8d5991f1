import { queryOptions } from '@tanstack/react-query'
import { space } from '@/api/client'
import { catalogQuery, meQuery, queryClient } from '@/api/queries'
import type { Catalog, Entity, Field, Kind, Label, LinkValue, Option } from '@/api/types'

export type MetaField = Omit<Field, 'options'> & {
  options?: Option[]
  custom?: boolean
  retired?: boolean
  search?: boolean
  place?: number
  unique_state?: '' | 'building' | 'live' | 'failed'
  /** How many values stand more than once, where uniqueness failed. */
  duplicates?: number
  match_state?: '' | 'building' | 'live'
  default?: unknown
}
export type MetaObject = Omit<Entity, 'fields'> & { fields: MetaField[]; retired?: boolean; setup?: boolean }
export type Meta = { version: number; objects: MetaObject[] }

/** The whole catalog, what is retired among it; for administrators. */
export const metaQuery = queryOptions({
  queryKey: ['meta'],
  queryFn: () => space.get<Catalog>('/meta/objects?retired=true') as Promise<unknown> as Promise<Meta>,
})

/** Asks again for all that the catalog decides. */
export function renewMeta() {
  void queryClient.invalidateQueries({ queryKey: metaQuery.queryKey })
  void queryClient.invalidateQueries({ queryKey: catalogQuery.queryKey })
  void queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
  void queryClient.invalidateQueries({ queryKey: ['meta-history'] })
  void queryClient.invalidateQueries({ queryKey: ['views'] })
}

export type Definition = Record<string, unknown>
/** What became of an object or a field; `part` says that it was the object's layout, or one of its shared views. */
export type MetaChange = {
  object: string
  field: string
  part?: 'layout' | 'view'
  before: Definition | null
  after: Definition | null
}
export type MetaEvent = {
  id: number
  at: string
  by: LinkValue | null
  version: number
  undoes: number | null
  undone_by: number | null
  changes: MetaChange[]
}

/** What a field of each kind can be told. */
export const kinds: Kind[] = [
  'text',
  'long_text',
  'number',
  'decimal',
  'percent',
  'money',
  'boolean',
  'date',
  'datetime',
  'choice',
  'multi_choice',
  'tags',
  'link',
  'links',
  'owner',
  'ref',
  'phone',
  'email',
  'messenger',
  'url',
  'series',
  'uscc',
]
const of =
  (...list: Kind[]) =>
  (kind: Kind) =>
    list.includes(kind)

export const can = {
  unique: (kind: Kind) => !of('long_text', 'boolean', 'multi_choice', 'tags', 'links')(kind),
  search: of('text', 'phone', 'email', 'messenger', 'url', 'series', 'uscc'),
  match: of('text', 'phone', 'email', 'url', 'uscc'),
  options: of('choice', 'multi_choice'),
  target: of('link', 'links'),
  targets: of('ref'),
  range: of('number', 'decimal', 'percent', 'money', 'date', 'datetime'),
  length: of('text', 'long_text'),
  pattern: of('text'),
  scale: of('decimal', 'percent'),
  series: of('series'),
  required: (kind: Kind) => kind !== 'series',
}

/** A name of the catalog out of what people call a thing; made up where they use no Latin letters. */
export function nameFrom(label: string, prefix: string): string {
  const slug = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 24)
  return prefix + (/^[a-z]/.test(slug) ? slug : Math.random().toString(36).slice(2, 8).replace(/^\d/, 'n'))
}

/** A label in both languages; the one that is missing takes the other's words. */
export const both = (zh: string, en: string): Label => ({ zh: zh.trim() || en.trim(), en: en.trim() || zh.trim() })
