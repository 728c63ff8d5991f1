import { defineKind } from '../kind'
import { PlainInput, textOps } from '../plain'

export const kind = defineKind<string>({
  Show: ({ value, full }) => <span className={full ? 'break-words' : 'truncate'}>{String(value)}</span>,
  Edit: PlainInput,
  ops: [...textOps],
  width: 180,
})
