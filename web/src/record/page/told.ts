import type { Entity, FieldChange } from '@/api/types'
import { fieldOf } from '@/record/catalog'

/** Which fields follow from another one, such as the probability of a deal from its stage. */
export type Follows = Record<string, string[]>

/** Parts what somebody changed from what only followed from it, which the program wrote along. */
export function told(
  entity: Entity | undefined,
  changes: FieldChange[],
  follows: Follows = {},
): { main: FieldChange[]; rest: FieldChange[] } {
  const known = changes.filter((change) => entity && fieldOf(entity, change.field))
  const following = new Set(known.flatMap((change) => follows[change.field] ?? []))
  const main = known.filter((change) => {
    const field = entity && fieldOf(entity, change.field)
    return !following.has(change.field) && !field?.read_only && !field?.system
  })
  // What nobody changed by hand, such as the total of an order, is the news itself.
  if (!main.length) return { main: known, rest: [] }
  return { main, rest: known.filter((change) => !main.includes(change)) }
}
