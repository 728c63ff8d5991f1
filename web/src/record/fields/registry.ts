import type { Field } from '@/api/types'
import type { FieldKind } from './kind'

/** One folder per kind, found by its name: a new kind is a new folder and nothing else. */
const folders = import.meta.glob<{ kind: FieldKind }>('./*/index.tsx', { eager: true })

const kinds = new Map<string, FieldKind>()
for (const [path, module] of Object.entries(folders)) kinds.set(path.split('/')[1] ?? '', module.kind)

/** The kind of a field; a kind that this version does not know yet reads as text. */
export function kindOf(field: Field): FieldKind {
  const kind = kinds.get(field.kind) ?? kinds.get('text')
  if (!kind) throw new Error('the kind "text" is missing')
  return kind
}

/** Empty as a person sees it: nothing, no text, no items. */
export const isEmpty = (value: unknown) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** A value as a write takes it. */
export function toWrite(field: Field, value: unknown): unknown {
  if (isEmpty(value)) return Array.isArray(value) ? [] : null
  const write = kindOf(field).write as ((value: unknown) => unknown) | undefined
  return write ? write(value) : value
}
