import { decimal, useLocale } from '@/ui/format'
import { defineKind } from '../kind'
import { numberOps, PlainInput } from '../plain'

export const kind = defineKind<string>({
  Show: ({ value }) => <span className="num">{decimal(value, useLocale())}</span>,
  Edit: (props) => <PlainInput {...props} inputMode="decimal" />,
  ops: [...numberOps],
  width: 120,
  end: true,
})
