import { BadgeCheck, Plus, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field, Item } from '@/api/types'
import { useLabel } from '@/record/catalog'
import { Button } from '@/ui/button'
import { Input, Select } from '@/ui/control'
import type { EditProps } from './kind'
import { Mask } from './mask'

/** Values with a label each: the first in a cell, with a count of the others; all of them on a page. */
export function Items({
  field,
  value,
  full,
  one,
}: {
  field: Field
  value: Item[]
  full?: boolean
  one: (text: string) => ReactNode
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const item = (entry: Item) => (entry.masked ? <Mask text={entry.masked} /> : one(entry.value))
  const first = value[0]
  if (!full)
    return (
      <span className="flex min-w-0 items-center gap-1.5">
        {first && item(first)}
        {value.length > 1 && (
          <span className="num shrink-0 rounded bg-surface-2 px-1 text-xs text-subtle">+{value.length - 1}</span>
        )}
      </span>
    )
  return (
    <span className="flex flex-col gap-1">
      {value.map((entry, index) => {
        const name = field.labels?.find((known) => known.name === entry.label)
        return (
          <span key={entry.id ?? index} className="flex min-w-0 items-center gap-1.5">
            {item(entry)}
            {entry.label && (
              <span className="shrink-0 text-xs text-subtle">{name ? label(name.label) : entry.label}</span>
            )}
            {entry.verified && <BadgeCheck className="size-3.5 shrink-0 text-ok" aria-label={t('record.verified')} />}
          </span>
        )
      })}
    </span>
  )
}

/** A short list of values, the primary one first; a masked one stays as it is unless it is taken away. */
export function ItemsEditor({
  field,
  value,
  onChange,
  type,
  id,
  autoFocus,
  ...rest
}: EditProps<Item[]> & { type: string }) {
  const { t } = useTranslation()
  const label = useLabel()
  const items = value?.length ? value : [{ value: '', ...(field.labels?.[0] ? { label: field.labels[0].name } : {}) }]
  const put = (index: number, change: Partial<Item>) =>
    onChange(items.map((item, place) => (place === index ? { ...item, ...change } : item)))
  const name = rest['aria-label'] ?? label(field.label)
  return (
    <span className="block space-y-1.5">
      {items.map((item, index) => (
        <span key={item.id ?? index} className="flex gap-1.5">
          {item.masked ? (
            <span className="flex h-8 min-w-0 flex-1 items-center px-2">
              <Mask text={item.masked} />
            </span>
          ) : (
            <Input
              {...rest}
              {...(index === 0 && id ? { id } : {})}
              aria-label={index === 0 && id ? undefined : name}
              autoFocus={!!autoFocus && index === 0}
              type={type}
              value={item.value}
              onChange={(event) => put(index, { value: event.target.value })}
            />
          )}
          {field.labels && field.labels.length > 0 && (
            <Select
              className="w-24 shrink-0"
              aria-label={t('record.item_label', { name })}
              value={item.label ?? ''}
              onChange={(event) => put(index, { label: event.target.value })}
            >
              {field.labels.map((known) => (
                <option key={known.name} value={known.name}>
                  {label(known.label)}
                </option>
              ))}
            </Select>
          )}
          {(items.length > 1 || item.value || item.masked) && (
            <Button
              variant="ghost"
              size="icon"
              aria-label={t('record.item_remove', { name })}
              onClick={() => onChange(items.filter((_, place) => place !== index))}
            >
              <Trash2 />
            </Button>
          )}
        </span>
      ))}
      <button
        type="button"
        className="inline-flex min-h-6 items-center gap-1 rounded text-xs text-primary-text hover:underline"
        onClick={() =>
          onChange([...items, { value: '', ...(field.labels?.[0] ? { label: field.labels[0].name } : {}) }])
        }
      >
        <Plus className="size-3.5" /> {t('record.item_add')}
      </button>
    </span>
  )
}

/** Items as a write takes them: empty lines fall away, and `verified` is the server's to say. */
export const writeItems = (value: Item[]) =>
  value
    .filter((item) => item.masked || item.value.trim())
    .map(({ id, value: text, label, masked }) => ({
      ...(id ? { id } : {}),
      ...(masked ? {} : { value: text.trim() }),
      ...(label ? { label } : {}),
    }))
