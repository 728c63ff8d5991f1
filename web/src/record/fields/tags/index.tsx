import { useQuery } from '@tanstack/react-query'
import { space } from '@/api/client'
import type { Page } from '@/api/types'
import { useEntity } from '@/record/catalog'
import { Badge } from '@/ui/badge'
import { Picker } from '@/ui/picker'
import { defineKind, type EditProps } from '../kind'
import { setOps } from '../plain'

/** The tags in use, for choosing; a new one may be typed. */
function TagPicker({
  value,
  onChange,
  field: _,
  autoFocus,
  ...rest
}: Omit<EditProps<string[]>, 'value'> & { value: string[] }) {
  const known = useEntity('tag') !== undefined
  const tags = useQuery({
    queryKey: ['records', 'tag', 'names'],
    enabled: known,
    queryFn: ({ signal }) =>
      space.ask<Page>('/records/tag/query', { sort: 'name', fields: ['name'], limit: 200 }, { signal }),
  })
  const names = [...new Set([...value, ...(tags.data?.data.map((tag) => String(tag.name)) ?? [])])]
  return (
    <Picker
      {...rest}
      multiple
      {...(autoFocus ? { defaultOpen: true } : {})}
      options={names.map((name) => ({ value: name, label: name }))}
      value={value}
      onChange={onChange}
      onCreate={(name) => onChange([...value, name])}
    >
      {value.length > 0 ? value.map((name) => <Badge key={name}>{name}</Badge>) : undefined}
    </Picker>
  )
}

export const kind = defineKind<string[]>({
  Show: ({ value, full }) => (
    <span className={full ? 'flex flex-wrap gap-1' : 'flex min-w-0 gap-1 overflow-hidden'}>
      {value.map((name) => (
        <Badge key={name}>{name}</Badge>
      ))}
    </span>
  ),
  Edit: ({ value, ...rest }) => <TagPicker {...rest} value={value ?? []} />,
  FilterValue: ({ value, op: _, ...rest }) => <TagPicker {...rest} value={Array.isArray(value) ? value : []} />,
  ops: [...setOps],
  width: 160,
})
