import { Input } from '@/ui/control'
import { ago, fromLocalInput, moment, toLocalInput, useLocale } from '@/ui/format'
import { defineKind } from '../kind'
import { dateOps } from '../plain'
import { SpanValue } from '../span'

export const kind = defineKind<string>({
  Show: ({ value }) => {
    const locale = useLocale()
    return (
      <time dateTime={value} title={ago(value, locale)} className="num truncate">
        {moment(value, locale)}
      </time>
    )
  },
  Edit: ({ field, value, onChange, ...rest }) => {
    const locale = useLocale()
    return (
      <Input
        {...rest}
        type="datetime-local"
        required={!!field.required}
        value={value ? toLocalInput(value, locale) : ''}
        onChange={(event) => onChange(event.target.value ? fromLocalInput(event.target.value, locale) : null)}
      />
    )
  },
  FilterValue: SpanValue,
  ops: [...dateOps],
  width: 150,
})
