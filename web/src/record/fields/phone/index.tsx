import type { Item } from '@/api/types'
import { phone } from '@/ui/format'
import { Items, ItemsEditor, writeItems } from '../items'
import { defineKind } from '../kind'
import { PlainInput } from '../plain'

export const kind = defineKind<Item[]>({
  Show: ({ field, value, full }) => (
    <Items
      field={field}
      value={value}
      full={!!full}
      one={(text) => (
        <a
          href={`tel:${text}`}
          className="num truncate hover:text-primary-text hover:underline"
          onClick={(event) => event.stopPropagation()}
        >
          {phone(text)}
        </a>
      )}
    />
  ),
  Edit: (props) => <ItemsEditor {...props} type="tel" />,
  FilterValue: ({ value, op: _, ...rest }) => <PlainInput {...rest} value={value as string | null} />,
  ops: ['contains', 'starts', 'eq', 'empty', 'filled'],
  width: 150,
  write: writeItems,
})
