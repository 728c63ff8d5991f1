import type { Entity, Field, Rec } from '@/api/types'
import { useFace } from '@/record/module'
import { Value } from './value'

/** A value of a record as its module shows it, or else as its kind does. */
export function Cell({ entity, field, record, blank }: { entity: Entity; field: Field; record: Rec; blank?: string }) {
  const Own = useFace(entity.name).cells?.[field.name]
  const value = record[field.name]
  if (Own && field.right !== 'hidden' && field.right !== 'masked' && value !== null && value !== undefined)
    return <Own field={field} record={record} />
  return <Value field={field} value={value} {...(blank ? { blank } : {})} />
}
