import { useTranslation } from 'react-i18next'
import type { Operator } from '@/api/types'
import { Input, Select } from '@/ui/control'
import type { EditProps } from './kind'

/** The spans of days that a date may lie within, as the server knows them; n is a number of days. */
export const spans = [
  'today',
  'yesterday',
  'tomorrow',
  'this_week',
  'last_week',
  'next_week',
  'this_month',
  'last_month',
  'next_month',
  'this_quarter',
  'last_quarter',
  'this_year',
  'last_year',
  'last_n_days',
  'next_n_days',
] as const

/** A relative span, such as the last 30 days, or a plain day. */
export function SpanValue({ op, value, onChange, ...rest }: EditProps<unknown> & { op: Operator }) {
  const { t } = useTranslation()
  if (op !== 'within')
    return (
      <Input
        type="date"
        aria-label={rest['aria-label']}
        value={typeof value === 'string' ? value.slice(0, 10) : ''}
        onChange={(event) => onChange(event.target.value || null)}
      />
    )
  const [name, days] = String(value ?? 'this_month').split(':')
  return (
    <span className="flex gap-1.5">
      <Select
        aria-label={rest['aria-label']}
        value={name}
        onChange={(event) =>
          onChange(event.target.value.includes('_n_') ? `${event.target.value}:30` : event.target.value)
        }
      >
        {spans.map((span) => (
          <option key={span} value={span}>
            {t(`record.span.${span}`)}
          </option>
        ))}
      </Select>
      {days !== undefined && (
        <Input
          type="number"
          min={1}
          max={3660}
          className="w-20"
          aria-label={t('record.span.days')}
          value={days}
          onChange={(event) => onChange(`${name}:${event.target.value || 1}`)}
        />
      )}
    </span>
  )
}
