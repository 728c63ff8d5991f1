import type { Entity } from '@/api/types'
import { fieldOf } from '@/record/catalog'
import { iconOf } from '@/record/icons'
import { Avatar, Mark } from '@/ui/badge'

const people = new Set(['contact', 'user'])

export const isPerson = (object: string | undefined) => people.has(object ?? '')

/**
 * Whether a sign can stand for records of this object: those that somebody looks after and calls by a name. The first
 * letter of a subject, a number or a stage says nothing.
 */
export const named = (entity: Entity | undefined) =>
  !entity || (entity.title_field === 'name' && !!fieldOf(entity, 'owner'))

/** What stands before the title of a row: round for a person, square for a thing, nothing before a subject or a number. */
export function Sign({ entity, title }: { entity: Entity; title: string }) {
  if (isPerson(entity.name)) return <Avatar name={title} />
  return named(entity) ? <Mark name={title} /> : null
}

/** What stands before the title of a page; where the title has no sign of its own, the picture of its object. */
export function LargeSign({ entity, title }: { entity: Entity; title: string }) {
  if (isPerson(entity.name)) return <Avatar name={title} className="size-9 text-sm" />
  if (named(entity)) return <Mark name={title} className="size-9 text-base" />
  const Icon = iconOf(entity)
  return (
    <span aria-hidden className="grid size-9 shrink-0 place-items-center rounded-[6px] bg-surface-2 text-muted">
      <Icon className="size-4.5" />
    </span>
  )
}
