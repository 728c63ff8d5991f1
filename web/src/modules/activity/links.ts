import type { Entity, LinkValue, Rec } from '@/api/types'
import { isLink, titleOf } from '@/record/catalog'

/** The links by which an activity hangs on a record, its customer among them; empty where activities lead to no such record. */
export function linksTo(activity: Entity, entity: Entity, record: Rec): Record<string, string> {
  const links: Record<string, string> = {}
  for (const field of activity.fields)
    if (field.kind === 'link' && field.target === entity.name && field.right === 'write') links[field.name] = record.id
  if (!Object.keys(links).length) return links
  for (const name of ['customer', 'contact']) {
    const field = activity.fields.find((candidate) => candidate.name === name && candidate.right === 'write')
    const value = record[name]
    if (field && !links[name] && isLink(value) && value.id) links[name] = value.id
  }
  const customers = record.customers
  if (entity.name === 'contact' && Array.isArray(customers) && customers.length === 1 && !links.customer) {
    const only = customers[0] as LinkValue
    if (only.id) links.customer = only.id
  }
  return links
}

/** Whether a record can be commented on. */
export const commentable = (comment: Entity | undefined, object: string) =>
  !!comment?.fields.some((field) => field.name === 'record' && field.targets?.includes(object))

/** An activity nobody gave a subject is called by the first line of its text. */
export const subjectOf = (text: string) => text.trim().split('\n')[0]?.slice(0, 60) ?? ''

export const refTo = (entity: Entity, record: Rec): LinkValue => ({
  id: record.id,
  title: titleOf(entity, record),
  object: entity.name,
})
