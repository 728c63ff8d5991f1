import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { pageQuery } from '@/api/queries'
import type { Entity, Field, Filter, Leaf, Question } from '@/api/types'
import { useLabel, visible } from '@/record/catalog'
import { OptionBadge } from '@/record/fields/options'
import { cn } from '@/ui/cn'
import { integer, useLocale } from '@/ui/format'

/** The choices worth counting beside a list: few options each, in sight, at most three fields. */
export const facetFields = (entity: Entity): Field[] =>
  entity.fields
    .filter(
      (field) =>
        field.kind === 'choice' && visible(field) && field.right !== 'masked' && (field.options?.length ?? 0) <= 8,
    )
    .slice(0, 3)

const chosenOf = (filter: Filter | undefined, name: string): string[] => {
  const leaf =
    filter && 'and' in filter
      ? filter.and.find((part): part is Leaf => 'field' in part && part.field === name && part.op === 'in')
      : undefined
  return Array.isArray(leaf?.value) ? (leaf.value as string[]) : []
}

/** Counts of choices within the list; a click narrows the list to one, another takes it back. */
export function Facets({
  entity,
  question,
  filter,
  onChange,
}: {
  entity: Entity
  question: Question
  filter: Filter | undefined
  onChange: (filter: Filter | undefined) => void
}) {
  const { t } = useTranslation()
  const locale = useLocale()
  const label = useLabel()
  const fields = facetFields(entity)
  const { sort: _, fields: __, ...rest } = question
  const counts = useQuery({
    ...pageQuery(entity.name, {
      ...rest,
      fields: [entity.title_field],
      limit: 1,
      facets: fields.map((field) => field.name),
    }),
    enabled: fields.length > 0,
    retry: false,
  })
  if (!counts.data?.facets) return null

  const choose = (name: string, option: string) => {
    const chosen = chosenOf(filter, name)
    const next = chosen.includes(option) ? chosen.filter((entry) => entry !== option) : [...chosen, option]
    const parts = filter && 'and' in filter ? filter.and : filter ? [filter] : []
    const others = parts.filter((part) => !('field' in part && part.field === name && part.op === 'in'))
    const all: Filter[] = next.length ? [...others, { field: name, op: 'in', value: next }] : others
    onChange(all.length ? { and: all } : undefined)
  }
  return (
    <div className="flex items-center gap-4 overflow-x-auto px-5 pb-2" role="group" aria-label={t('record.facets')}>
      {fields.map((field) => {
        const list = (counts.data.facets?.[field.name] ?? []).filter(
          (entry): entry is { value: string; count: number } => entry.value !== null,
        )
        const chosen = chosenOf(filter, field.name)
        if (!list.length) return null
        return (
          <div
            key={field.name}
            className="flex shrink-0 items-center gap-1"
            role="group"
            aria-label={label(field.label)}
          >
            <span className="mr-0.5 text-xs text-subtle">{label(field.label)}</span>
            {list.map((entry) => (
              <button
                key={entry.value}
                type="button"
                aria-pressed={chosen.includes(entry.value)}
                onClick={() => choose(field.name, entry.value)}
                className={cn(
                  'flex h-6 items-center gap-1 rounded-full pr-1.5 text-xs hover:bg-hover',
                  chosen.includes(entry.value) && 'bg-active',
                )}
              >
                <OptionBadge field={field} name={entry.value} />
                <span className="num text-subtle">{integer(entry.count, locale)}</span>
              </button>
            ))}
          </div>
        )
      })}
    </div>
  )
}
