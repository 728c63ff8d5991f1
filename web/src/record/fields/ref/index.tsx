import type { LinkValue } from '@/api/types'
import { defineKind } from '../kind'
import { LinkName, Lookup } from '../linked'
import { choiceOps } from '../plain'

export const kind = defineKind<LinkValue>({
  Show: ({ value }) => <LinkName value={value} object={value.object} />,
  Edit: ({ value, onChange, ...rest }) => (
    <Lookup
      {...rest}
      objects={rest.field.targets ?? []}
      value={value ? [value] : []}
      onChange={(next) => onChange(next[0] ?? null)}
    />
  ),
  FilterValue: ({ value, onChange, op: _, ...rest }) => (
    <Lookup
      {...rest}
      multiple
      objects={rest.field.targets ?? []}
      value={(value as LinkValue[] | null) ?? []}
      onChange={onChange}
    />
  ),
  ops: [...choiceOps],
  width: 190,
  write: (value) => ({ object: value.object, id: value.id }),
  instant: true,
})
