import { defineKind } from '../kind'
import { PlainInput, textOps } from '../plain'

/** 统一社会信用代码: eighteen characters; the server knows the check digit. */
export const kind = defineKind<string>({
  Show: ({ value }) => <span className="num truncate">{value}</span>,
  Edit: ({ onChange, ...rest }) => (
    <PlainInput {...rest} onChange={(text) => onChange(text?.toUpperCase().replace(/\s/g, '') ?? null)} />
  ),
  ops: [...textOps],
  width: 190,
})
