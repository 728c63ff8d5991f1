import type { Entity, Me } from '@/api/types'
import { writable } from '@/record/catalog'
import { day, type Locale } from '@/ui/format'
import type { Draft } from './draft'

/** What a new record has before anybody has written anything, as the server would give it. */
export function defaultsOf(entity: Entity, me: Me, locale: Locale): Draft {
  const now = new Date().toISOString()
  const draft: Draft = {}
  for (const field of entity.fields) {
    const value = field.default
    if (value === undefined || value === null || !writable(field)) continue
    if (field.kind === 'owner') {
      if (value === 'me') draft[field.name] = { id: me.user.id, title: me.user.name }
    } else if (field.kind === 'date') draft[field.name] = value === 'today' ? day(now, locale) : value
    else if (field.kind === 'datetime') draft[field.name] = value === 'now' ? now : value
    else draft[field.name] = value
  }
  return draft
}
