import type { LinkValue } from '@/api/types'
import { defineKind } from '../kind'
import { LinkName, Lookup } from '../linked'
import { setOps } from '../plain'

export const kind = defineKind<LinkValue[]>({
  Show: ({ field, value, full }) => (
    <span className={full ? 'flex flex-col gap-1' : 'flex min-w-0 gap-2 overflow-hidden'}>
      {value.map((link, index) => (
        <LinkName key={link.id ?? index} value={link} object={field.target} />
      ))}
    </span>
  ),
  Edit: ({ value, onChange, ...rest }) => (
    <Lookup
      {...rest}
      multiple
      objects={rest.field.target ? [rest.field.target] : []}
      value={value ?? []}
      onChange={onChange}
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
  ops: [...setOps],
  width: 200,
  // A link that carries a role keeps it, and one that may not be seen is kept by its item.
  write: (value) =>
    value.map((link) =>
      link.item || link.label
        ? {
            ...(link.id ? { id: link.id } : {}),
            ...(link.item ? { item: link.item } : {}),
            ...(link.label ? { label: link.label } : {}),
          }
        : link.id,
    ),
})
