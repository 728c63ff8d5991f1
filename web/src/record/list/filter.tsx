import { Filter as FilterIcon, Plus, X } from 'lucide-react'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, Field, Filter, Leaf, Operator } from '@/api/types'
import { choosable, fieldOf, useLabel, visible } from '@/record/catalog'
import type { EditProps } from '@/record/fields/kind'
import { kindOf } from '@/record/fields/registry'
import { Editor } from '@/record/fields/value'
import { Button } from '@/ui/button'
import { Segments, Select } from '@/ui/control'
import { Picker } from '@/ui/picker'
import { Popover } from '@/ui/popover'
import { complete } from './state'

type Group = { and: Filter[] } | { or: Filter[] }
const isGroup = (filter: Filter | undefined): filter is Group => !!filter && ('and' in filter || 'or' in filter)
const parts = (group: Group): Filter[] => ('and' in group ? group.and : group.or)
const withParts = (group: Group, next: Filter[]): Group => ('and' in group ? { and: next } : { or: next })

export const filterable = (entity: Entity) => entity.fields.filter((field) => visible(field) && field.filter !== false)

/** The operators that a field takes; a masked one can only be compared as a whole. */
export function opsOf(field: Field): Operator[] {
  if (field.right === 'masked') return ['eq', 'empty', 'filled']
  const known = kindOf(field).ops
  if (!field.ops?.length) return known
  const both = known.filter((op) => field.ops?.includes(op))
  return both.length ? both : field.ops
}

const first = (field: Field): Leaf => {
  const op = opsOf(field)[0] ?? 'eq'
  return {
    field: field.name,
    op,
    ...(op === 'within'
      ? { value: 'this_month' }
      : field.kind === 'boolean'
        ? { value: true }
        : field.kind === 'owner' && op === 'eq'
          ? { value: 'me' }
          : {}),
  }
}

/** How many conditions are at work. */
export const countLeaves = (filter: Filter | undefined): number =>
  !filter ? 0 : isGroup(filter) ? parts(filter).reduce((sum, part) => sum + countLeaves(part), 0) : 1

/** Builds a filter from the catalog: conditions that all or any hold, and groups of them one level down. */
export function FilterButton({
  entity,
  filter,
  onChange,
}: {
  entity: Entity
  filter: Filter | undefined
  onChange: (filter: Filter | undefined) => void
}) {
  const { t } = useTranslation()
  const count = countLeaves(complete(filter))
  const group: Group = isGroup(filter) ? filter : { and: filter ? [filter] : [] }
  return (
    <Popover
      label={t('record.filter.title')}
      className="w-[min(640px,calc(100vw-1.5rem))] p-3"
      trigger={
        <Button size="sm">
          <FilterIcon className="size-3.5!" /> {t('record.filter.title')}
          {count > 0 && <span className="num rounded bg-primary-soft px-1 text-primary-text">{count}</span>}
        </Button>
      }
    >
      <GroupEditor
        entity={entity}
        group={group}
        depth={0}
        onChange={(next) => onChange(parts(next).length ? next : undefined)}
      />
      {count > 0 && (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => onChange(undefined)}>
          {t('record.filter.clear')}
        </Button>
      )}
    </Popover>
  )
}

function GroupEditor({
  entity,
  group,
  depth,
  onChange,
}: {
  entity: Entity
  group: Group
  depth: number
  onChange: (group: Group) => void
}) {
  const { t } = useTranslation()
  const list = parts(group)
  const put = (index: number, part: Filter | undefined) =>
    onChange(
      withParts(
        group,
        part
          ? list.map((entry, place) => (place === index ? part : entry))
          : list.filter((_, place) => place !== index),
      ),
    )
  return (
    <div className={depth ? 'rounded-lg border bg-surface-2 p-2' : ''}>
      {list.length > 1 && (
        <div className="mb-2 flex items-center gap-2 text-xs text-muted">
          <Segments
            label={t('record.filter.join')}
            value={'and' in group ? 'and' : 'or'}
            options={[
              { value: 'and', label: t('record.filter.and') },
              { value: 'or', label: t('record.filter.or') },
            ]}
            onChange={(join) => onChange(join === 'and' ? { and: list } : { or: list })}
          />
        </div>
      )}
      <ul className="space-y-2">
        {list.map((part, index) => (
          <li key={index}>
            {isGroup(part) ? (
              <div className="flex items-start gap-1.5">
                <div className="min-w-0 flex-1">
                  <GroupEditor
                    entity={entity}
                    group={part}
                    depth={depth + 1}
                    onChange={(next) => put(index, parts(next).length ? next : undefined)}
                  />
                </div>
              </div>
            ) : (
              <LeafEditor entity={entity} leaf={part as Leaf} onChange={(next) => put(index, next)} />
            )}
          </li>
        ))}
      </ul>
      <div className="mt-2 flex flex-wrap items-center gap-1 [ul:empty+&]:mt-0">
        <FieldPicker
          entity={entity}
          label={t('record.filter.add')}
          onPick={(field) => onChange(withParts(group, [...list, first(field)]))}
        />
        {depth < 2 && list.length > 0 && (
          <Button
            size="sm"
            variant="ghost"
            onClick={() => {
              const field = filterable(entity)[0]
              if (field)
                onChange(withParts(group, [...list, 'and' in group ? { or: [first(field)] } : { and: [first(field)] }]))
            }}
          >
            <Plus /> {t('record.filter.add_group')}
          </Button>
        )}
      </div>
    </div>
  )
}

function FieldPicker({
  entity,
  label: name,
  onPick,
}: {
  entity: Entity
  label: string
  onPick: (field: Field) => void
}) {
  const label = useLabel()
  const fields = choosable(filterable(entity))
  return (
    <Picker
      className="h-7! min-h-0 w-auto border-dashed text-xs text-muted"
      aria-label={name}
      value={[]}
      options={fields.map((field) => ({ value: field.name, label: label(field.label) }))}
      onChange={([chosen]) => {
        const field = fields.find((entry) => entry.name === chosen)
        if (field) onPick(field)
      }}
    >
      <Plus className="size-3.5" /> {name}
    </Picker>
  )
}

function LeafEditor({
  entity,
  leaf,
  onChange,
}: {
  entity: Entity
  leaf: Leaf
  onChange: (leaf: Leaf | undefined) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const field = fieldOf(entity, leaf.field)
  if (!field) return null
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-start gap-1.5 sm:grid-cols-[10rem_8rem_minmax(0,1fr)_auto]">
      <Picker
        aria-label={t('record.filter.field')}
        value={[leaf.field]}
        options={filterable(entity).map((entry) => ({ value: entry.name, label: label(entry.label) }))}
        onChange={([name]) => {
          const next = name && fieldOf(entity, name)
          if (next) onChange(first(next))
        }}
      />
      <Select
        aria-label={t('record.filter.op')}
        value={leaf.op}
        onChange={(event) => {
          const op = event.target.value as Operator
          const keep =
            (leaf.op === 'between') === (op === 'between') &&
            (leaf.op === 'within') === (op === 'within') &&
            field.kind !== 'owner'
          onChange({
            field: leaf.field,
            op,
            ...(keep && leaf.value !== undefined
              ? { value: leaf.value }
              : op === 'within'
                ? { value: 'this_month' }
                : op === 'eq' && field.kind === 'owner'
                  ? { value: 'me' }
                  : {}),
          })
        }}
      >
        {opsOf(field).map((op) => (
          <option key={op} value={op}>
            {t(`record.op.${op}`)}
          </option>
        ))}
      </Select>
      <div className="min-w-0 max-sm:col-span-2 max-sm:row-start-2">
        <LeafValue field={field} leaf={leaf} onChange={(value) => onChange({ ...leaf, value })} />
      </div>
      <Button
        variant="ghost"
        size="icon"
        className="max-sm:col-start-3 max-sm:row-start-1"
        aria-label={t('record.filter.remove')}
        onClick={() => onChange(undefined)}
      >
        <X />
      </Button>
    </div>
  )
}

function LeafValue({ field, leaf, onChange }: { field: Field; leaf: Leaf; onChange: (value: unknown) => void }) {
  const { t } = useTranslation()
  if (leaf.op === 'empty' || leaf.op === 'filled') return null
  const kind = kindOf(field)
  const One = (kind.FilterValue as ComponentType<EditProps<unknown> & { op: Operator }> | undefined) ?? Plain
  const name = t('record.filter.value')
  if (leaf.op === 'between') {
    const [from, to] = Array.isArray(leaf.value) ? leaf.value : [null, null]
    return (
      <span className="flex items-center gap-1.5">
        <One
          field={field}
          op="eq"
          aria-label={`${name} 1`}
          value={from ?? null}
          onChange={(value) => onChange([value, to ?? null])}
        />
        <span className="text-subtle">–</span>
        <One
          field={field}
          op="eq"
          aria-label={`${name} 2`}
          value={to ?? null}
          onChange={(value) => onChange([from ?? null, value])}
        />
      </span>
    )
  }
  return <One field={field} op={leaf.op} aria-label={name} value={leaf.value ?? null} onChange={onChange} />
}

/** The field's own editor, for kinds that compare with what they hold. */
function Plain({ op: _, ...props }: EditProps<unknown> & { op: Operator }) {
  return <Editor {...props} field={{ ...props.field, required: false }} />
}
