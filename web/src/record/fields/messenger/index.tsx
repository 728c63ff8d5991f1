import type { Item } from '@/api/types'
import { Items, ItemsEditor, writeItems } from '../items'
import { defineKind } from '../kind'
import { PlainInput } from '../plain'

export const kind = defineKind<Item[]>({
  Show: ({ field, value, full }) => (
    <Items field={field} value={value} full={!!full} one={(text) => <span className="truncate">{text}</span>} />
  ),
  Edit: (props) => <ItemsEditor {...props} type="text" />,
  FilterValue: ({ value, op: _, ...rest }) => <PlainInput {...rest} value={value as string | null} />,
  ops: ['contains', 'starts', 'eq', 'empty', 'filled'],
  width: 150,
  write: writeItems,
})
