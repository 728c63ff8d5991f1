import type { Item } from '@/api/types'
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
          href={`mailto:${text}`}
          className="truncate hover:text-primary-text hover:underline"
          onClick={(event) => event.stopPropagation()}
        >
          {text}
        </a>
      )}
    />
  ),
  Edit: (props) => <ItemsEditor {...props} type="email" />,
  FilterValue: ({ value, op: _, ...rest }) => <PlainInput {...rest} value={value as string | null} />,
  ops: ['contains', 'starts', 'eq', 'empty', 'filled'],
  width: 190,
  write: writeItems,
})
