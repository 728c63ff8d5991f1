/** A text in both languages; Chinese is the source. */
export type Label = { zh: string; en: string }

export type Kind =
  | 'text'
  | 'long_text'
  | 'number'
  | 'decimal'
  | 'money'
  | 'percent'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'choice'
  | 'multi_choice'
  | 'link'
  | 'links'
  | 'owner'
  | 'phone'
  | 'email'
  | 'messenger'
  | 'url'
  | 'tags'
  | 'series'
  | 'uscc'
  | 'ref'

export type Option = { name: string; label: Label; color?: string; retired?: boolean }

/** What the asker may do with a field. */
export type FieldRight = 'write' | 'read' | 'masked' | 'hidden'

export type Field = {
  name: string
  kind: Kind
  label: Label
  help?: Label
  required?: boolean
  unique?: boolean
  immutable?: boolean
  read_only?: boolean
  system?: boolean
  personal?: boolean
  min?: string | number
  max?: string | number
  pattern?: string
  max_length?: number
  scale?: number
  options?: Option[]
  target?: string
  targets?: string[]
  labels?: { name: string; label: Label }[]
  right: FieldRight
  list?: boolean
  /** Where it stands among the columns of a list. */
  place?: number
  filter?: boolean
  sort?: boolean
  ops?: Operator[]
  group?: string
  /** What a new record has where nobody says otherwise: a value, or `me`, `today`, `now`. */
  default?: unknown
}

export type Group = 'customers' | 'sales' | 'service' | 'activity' | 'org' | 'setup' | 'custom'

/** An object of the catalog, such as `customer`, with the fields that the asker may know of. */
export type Entity = {
  name: string
  label: Label
  plural: Label
  icon?: string
  custom?: boolean
  owned?: boolean
  setup?: boolean
  title_field: string
  nav: boolean
  group: Group
  order: number
  fields: Field[]
  /** How the fields stand on forms and record pages; every field that the asker sees is in one section. */
  layout?: Section[]
  /** Whether an administrator arranged them, else the layout follows the groups of the fields. */
  arranged?: boolean
}

/** Fields under one heading, which may be empty. */
export type Section = { label: Label; fields: string[] }

/** A saved list of an object. */
export type View = {
  id: string
  object: string
  name: Label
  columns: string[]
  sort: string
  filter: Filter | null
  shared: boolean
  owner: LinkValue | null
  /** The one that follows the fields of the object; nobody changes it. */
  standard: boolean
  /** Its filter asks for what is no longer there, or not the asker's to ask. */
  unusable?: boolean
  version: number
}

export type Catalog = { version: number | string; objects: Entity[] }

export type Scope = 'all' | 'own' | 'own_sub' | 'department' | 'department_below' | 'none'
export type ObjectRights = {
  read: Scope
  create: boolean
  update: Scope
  delete: Scope
  import: boolean
  export: boolean
}

export type Me = {
  user: { id: string; name: string; email: string; locale?: string; theme?: string; time_zone?: string }
  workspace: { slug: string; name: string; currency: string }
  catalog_version: number | string
  roles: string[]
  rights: Record<string, ObjectRights>
  admin: boolean
}

export type LinkValue = {
  id: string | null
  title?: string
  object?: string
  no_right?: boolean
  item?: string
  label?: string
}
export type Money = { amount: string; currency: string }
export type Item = { id?: string; value: string; label?: string; verified?: boolean; masked?: string }
export type Masked = { masked: string }

/** A record: its system properties, and its fields by name. */
export type Rec = {
  id: string
  version: number
  title?: string
  created_at?: string
  updated_at?: string
  created_by?: LinkValue
  [field: string]: unknown
}

export type Operator =
  | 'eq'
  | 'ne'
  | 'in'
  | 'nin'
  | 'empty'
  | 'filled'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'between'
  | 'contains'
  | 'starts'
  | 'within'
  | 'before'
  | 'after'
  | 'any'
  | 'all'
  | 'none'

export type Leaf = { field: string; op: Operator; value?: unknown }
export type Filter = Leaf | { and: Filter[] } | { or: Filter[] } | { not: Filter }

export type Facets = Record<string, { value: string | null; title?: string; count: number }[]>

export type Page = {
  data: Rec[]
  total: number
  position: number
  next: string | null
  prev: string | null
  facets?: Facets
}

export type Question = {
  filter?: Filter
  sort?: string
  fields?: string[]
  facets?: string[]
  limit?: number
  at?: number
  seek?: unknown
  cursor?: string
  deleted?: 'only'
}

export type FieldChange = { field: string; before?: unknown; after?: unknown }
export type Change = {
  change_set: string
  op: 'create' | 'update' | 'delete' | 'restore' | 'purge' | 'undo' | string
  actor?: LinkValue
  fields?: FieldChange[]
  at?: string
  via?: string
  reason?: string
}
export type TimelineEntry = {
  type: 'record' | 'change' | 'comment'
  at: string
  object?: string
  id?: string
  title?: string
  record?: Rec
  change?: Change
  actor?: LinkValue
}

export type Job = {
  id: string
  kind: string
  state: string
  title?: string
  done?: number
  total?: number
  error?: string
  attempts?: number
  result?: Record<string, unknown>
  created_at?: string
  started_at?: string
  finished_at?: string
  created_by?: LinkValue
}

/** Who a record might already be: itself where the asker may see it, else no more than everyone may know. */
export type Candidate = {
  /** The fields that agree. */
  fields: string[]
  record?: Rec
  hidden?: Record<string, unknown>
}

/** One group of an aggregate: its keys and figures by name. */
export type Figure = Record<string, unknown>
export type Aggregate = {
  filter?: Filter
  group?: (string | { field: string; by: string })[]
  measures?: { fn: string; field?: string; as?: string }[]
  limit?: number
}
