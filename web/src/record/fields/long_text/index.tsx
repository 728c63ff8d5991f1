import { TextArea } from '@/ui/control'
import { defineKind } from '../kind'

export const kind = defineKind<string>({
  Show: ({ value, full }) =>
    full ? <span className="break-words whitespace-pre-wrap">{value}</span> : <span className="truncate">{value}</span>,
  Edit: ({ field, value, onChange, ...rest }) => (
    <TextArea
      {...rest}
      maxLength={field.max_length}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || null)}
    />
  ),
  ops: ['empty', 'filled'],
  width: 240,
  wide: true,
})
