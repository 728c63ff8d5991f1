import type { Field, Option } from '@/api/types'
import { useLabel } from '@/record/catalog'
import { Badge, toneOf } from '@/ui/badge'
import { Picker } from '@/ui/picker'
import type { EditProps } from './kind'

/** An option as its coloured name; one that the catalog no longer knows shows its own. */
export function OptionBadge({ field, name }: { field: Field; name: string }) {
  const label = useLabel()
  const option = field.options?.find((entry) => entry.name === name)
  return (
    <Badge tone={toneOf(option?.color)} dot={!!option?.color}>
      {option ? label(option.label) : name}
    </Badge>
  )
}

/** Retired options stay readable, but can no longer be chosen unless they are the value. */
const offered = (options: Option[] | undefined, chosen: string[]) =>
  (options ?? []).filter((option) => !option.retired || chosen.includes(option.name))

export function OptionPicker({
  field,
  value,
  onChange,
  multiple,
  autoFocus,
  ...rest
}: Omit<EditProps<string[]>, 'value'> & { value: string[]; multiple?: boolean }) {
  const label = useLabel()
  return (
    <Picker
      {...rest}
      {...(multiple ? { multiple } : {})}
      {...(autoFocus ? { defaultOpen: true } : {})}
      clearable={!field.required}
      options={offered(field.options, value).map((option) => ({
        value: option.name,
        label: label(option.label),
        show: <OptionBadge field={field} name={option.name} />,
      }))}
      value={value}
      onChange={(next) => onChange(next)}
    >
      {value.length > 0 ? value.map((name) => <OptionBadge key={name} field={field} name={name} />) : undefined}
    </Picker>
  )
}
