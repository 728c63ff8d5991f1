import { defineKind } from '../kind'
import { PlainInput, textOps } from '../plain'

/** A number that the server draws; nobody writes it. */
export const kind = defineKind<string>({
  Show: ({ value }) => <span className="num truncate">{value}</span>,
  Edit: PlainInput,
  ops: [...textOps],
  width: 150,
})
