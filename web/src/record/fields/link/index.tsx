import type { LinkValue } from '@/api/types'
import { defineKind } from '../kind'
import { LinkName, Lookup } from '../linked'
import { choiceOps } from '../plain'

export const kind = defineKind<LinkValue>({
  Show: ({ field, value }) => <LinkName value={value} object={field.target} person={field.target === 'user'} />,
  Edit: ({ value, onChange, ...rest }) => (
    <Lookup
      {...rest}
      objects={rest.field.target ? [rest.field.target] : []}
      person={rest.field.target === 'user'}
      value={value ? [value] : []}
      onChange={(next) => onChange(next[0] ?? null)}
    />
  ),
  FilterValue: ({ value, onChange, op: _, ...rest }) => (
    <Lookup
      {...rest}
      multiple
      objects={rest.field.target ? [rest.field.target] : []}
      value={(value as LinkValue[] | null) ?? []}
      onChange={onChange}
    />
  ),
  ops: [...choiceOps],
  width: 190,
  write: (value) => value.id,
  instant: true,
})
