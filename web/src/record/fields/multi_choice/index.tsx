import { defineKind } from '../kind'
import { OptionBadge, OptionPicker } from '../options'
import { setOps } from '../plain'

export const kind = defineKind<string[]>({
  Show: ({ field, value, full }) => (
    <span className={full ? 'flex flex-wrap gap-1' : 'flex min-w-0 gap-1 overflow-hidden'}>
      {value.map((name) => (
        <OptionBadge key={name} field={field} name={name} />
      ))}
    </span>
  ),
  Edit: ({ value, ...rest }) => <OptionPicker {...rest} multiple value={value ?? []} />,
  FilterValue: ({ value, op: _, ...rest }) => (
    <OptionPicker {...rest} multiple value={Array.isArray(value) ? value : []} />
  ),
  ops: [...setOps],
  width: 170,
})
