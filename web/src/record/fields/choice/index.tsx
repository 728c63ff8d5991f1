import { defineKind } from '../kind'
import { OptionBadge, OptionPicker } from '../options'
import { choiceOps } from '../plain'

export const kind = defineKind<string>({
  Show: ({ field, value }) => <OptionBadge field={field} name={value} />,
  Edit: ({ value, onChange, ...rest }) => (
    <OptionPicker {...rest} value={value === null ? [] : [value]} onChange={(next) => onChange(next?.[0] ?? null)} />
  ),
  FilterValue: ({ value, onChange, op: _, ...rest }) => (
    <OptionPicker {...rest} multiple value={Array.isArray(value) ? value : []} onChange={onChange} />
  ),
  ops: [...choiceOps],
  width: 120,
  instant: true,
})
