import { defineKind } from '../kind'
import { dateOps, PlainInput } from '../plain'
import { SpanValue } from '../span'

export const kind = defineKind<string>({
  Show: ({ value }) => <span className="num truncate">{value}</span>,
  Edit: (props) => <PlainInput {...props} type="date" />,
  FilterValue: SpanValue,
  ops: [...dateOps],
  width: 116,
})
