import type { Entity, Rec } from '@/api/types'
import { fieldOf } from '@/record/catalog'
import { isEmpty, toWrite } from '@/record/fields/registry'

export type Draft = Record<string, unknown>

/** What was changed against the record, or all that was filled in, as a write takes it. */
export function bodyOf(entity: Entity, draft: Draft, record?: Rec): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(draft)) {
    const field = fieldOf(entity, name)
    if (!field) continue
    if (record ? JSON.stringify(value ?? null) !== JSON.stringify(record[name] ?? null) : !isEmpty(value))
      body[name] = toWrite(field, value)
  }
  return body
}
