import type { Field, Label, LinkValue, Money } from '@/api/types'
import { type Locale, moment, money } from '@/ui/format'
import { isEmpty } from './fields/registry'

/** A value in plain words, for a sentence; what is empty says so. */
export function inWords(
  field: Field,
  value: unknown,
  { label, locale, blank }: { label: (text: Label | undefined) => string; locale: Locale; blank: string },
): string {
  if (isEmpty(value)) return blank
  if (Array.isArray(value))
    return value
      .map((entry) => inWords(field, entry, { label, locale, blank }))
      .filter(Boolean)
      .join(locale.lang === 'zh' ? '、' : ', ')
  const option = field.options?.find((known) => known.name === value)
  if (option) return label(option.label)
  if (typeof value === 'object' && value !== null) {
    if ('amount' in value) return money((value as Money).amount, (value as Money).currency, locale)
    if ('title' in value) return (value as LinkValue).title ?? ''
    if ('value' in value) return String(value.value)
    if ('masked' in value) return String(value.masked)
    return ''
  }
  return field.kind === 'datetime' ? moment(String(value), locale) : String(value)
}
