import { ArrowDown, ArrowDownUp, ArrowUp, Columns3, GripVertical, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, Field } from '@/api/types'
import { choosable, fieldOf, useLabel, visible } from '@/record/catalog'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Checkbox, Select } from '@/ui/control'
import { Popover } from '@/ui/popover'

/** Chooses the columns and their order, by dragging or with the arrows. The title always stands first. */
export function ColumnsButton({
  entity,
  columns,
  onChange,
}: {
  entity: Entity
  columns: string[]
  onChange: (columns: string[] | undefined) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const [dragged, setDragged] = useState<string>()
  const shown = columns.flatMap((name) => fieldOf(entity, name) ?? [])
  const others = choosable(entity.fields.filter((field) => visible(field) && !columns.includes(field.name)))
  const move = (name: string, to: number) => {
    if (to < 1 || to >= columns.length) return
    const next = columns.filter((entry) => entry !== name)
    next.splice(to, 0, name)
    onChange(next)
  }
  const line = (field: Field, index: number) => (
    <li
      key={field.name}
      draggable={index > 0}
      onDragStart={() => setDragged(field.name)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={() => dragged && move(dragged, index)}
      className={cn(
        'group flex h-8 items-center gap-2 rounded-md px-2 hover:bg-hover',
        dragged === field.name && 'opacity-50',
      )}
    >
      <Checkbox
        checked={index >= 0}
        disabled={field.name === entity.title_field}
        label={label(field.label)}
        onChange={(on) => onChange(on ? [...columns, field.name] : columns.filter((name) => name !== field.name))}
      />
      <span className="min-w-0 flex-1 truncate">{label(field.label)}</span>
      {index > 0 && (
        <>
          <span className="flex opacity-0 group-focus-within:opacity-100 group-hover:opacity-100">
            <Button
              variant="ghost"
              size="iconSm"
              className="size-6"
              aria-label={t('record.columns.up', { name: label(field.label) })}
              onClick={() => move(field.name, index - 1)}
            >
              <ArrowUp className="size-3.5!" />
            </Button>
            <Button
              variant="ghost"
              size="iconSm"
              className="size-6"
              aria-label={t('record.columns.down', { name: label(field.label) })}
              onClick={() => move(field.name, index + 1)}
            >
              <ArrowDown className="size-3.5!" />
            </Button>
          </span>
          <GripVertical className="size-3.5 text-subtle" aria-hidden />
        </>
      )}
    </li>
  )
  return (
    <Popover
      align="end"
      label={t('record.columns.title')}
      className="w-72 p-1.5"
      trigger={
        <Button size="sm" variant="ghost">
          <Columns3 className="size-3.5!" /> {t('record.columns.title')}
        </Button>
      }
    >
      <ul>{shown.map(line)}</ul>
      {others.length > 0 && <ul className="mt-1 border-t pt-1">{others.map((field) => line(field, -1))}</ul>}
      <Button size="sm" variant="ghost" className="mt-1 w-full" onClick={() => onChange(undefined)}>
        {t('record.columns.reset')}
      </Button>
    </Popover>
  )
}

export const sortable = (field: Field) =>
  visible(field) &&
  field.right !== 'masked' &&
  field.sort !== false &&
  !['long_text', 'links', 'tags', 'multi_choice'].includes(field.kind)

/** The sort as a list of fields, each up or down; the first decides, the next breaks its ties. */
export function SortButton({
  entity,
  sort,
  onChange,
}: {
  entity: Entity
  sort: string | undefined
  onChange: (sort: string | undefined) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const keys = (sort ?? '').split(',').filter(Boolean)
  const fields = choosable(entity.fields.filter(sortable))
  const name = (key: string) => key.replace(/^-/, '')
  const put = (next: string[]) => onChange(next.length ? next.join(',') : undefined)
  return (
    <Popover
      align="end"
      label={t('record.sort.title')}
      className="w-80 p-3"
      trigger={
        <Button size="sm" variant="ghost">
          <ArrowDownUp className="size-3.5!" /> {t('record.sort.title')}
          {keys.length > 0 && <span className="num rounded bg-primary-soft px-1 text-primary-text">{keys.length}</span>}
        </Button>
      }
    >
      <ul className="space-y-1.5">
        {keys.map((key, index) => (
          <li key={key} className="flex gap-1.5">
            <Select
              aria-label={t('record.sort.by')}
              value={name(key)}
              onChange={(event) => put(keys.map((entry, place) => (place === index ? event.target.value : entry)))}
            >
              {fields.map((field) => (
                <option
                  key={field.name}
                  value={field.name}
                  disabled={keys.some((entry) => name(entry) === field.name && entry !== key)}
                >
                  {label(field.label)}
                </option>
              ))}
            </Select>
            <Button
              size="icon"
              aria-label={key.startsWith('-') ? t('record.sort.down') : t('record.sort.up')}
              onClick={() =>
                put(
                  keys.map((entry, place) =>
                    place === index ? (entry.startsWith('-') ? name(entry) : `-${entry}`) : entry,
                  ),
                )
              }
            >
              {key.startsWith('-') ? <ArrowDown /> : <ArrowUp />}
            </Button>
            <Button
              size="icon"
              variant="ghost"
              aria-label={t('record.sort.remove')}
              onClick={() => put(keys.filter((_, place) => place !== index))}
            >
              <X />
            </Button>
          </li>
        ))}
      </ul>
      {keys.length < 3 && (
        <Select
          className="mt-2 border-dashed text-muted"
          aria-label={t('record.sort.add')}
          value=""
          onChange={(event) => event.target.value && put([...keys, event.target.value])}
        >
          <option value="">{t('record.sort.add')}</option>
          {fields
            .filter((field) => !keys.some((key) => name(key) === field.name))
            .map((field) => (
              <option key={field.name} value={field.name}>
                {label(field.label)}
              </option>
            ))}
        </Select>
      )}
    </Popover>
  )
}
