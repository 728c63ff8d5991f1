import { decimal, useLocale } from '@/ui/format'
import { defineKind } from '../kind'
import { numberOps, PlainInput } from '../plain'

export const kind = defineKind<number | string>({
  Show: ({ value }) => <span className="num">{decimal(value, useLocale())}</span>,
  Edit: ({ value, onChange, ...rest }) => (
    <PlainInput
      {...rest}
      inputMode="numeric"
      value={value === null ? null : String(value)}
      // Something that is no number yet goes to the server as it stands, which says what is wrong with it.
      onChange={(text) => onChange(text === null ? null : /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text)}
    />
  ),
  ops: [...numberOps],
  width: 110,
  end: true,
})
