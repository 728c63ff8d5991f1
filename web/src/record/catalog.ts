import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { catalogQuery, meQuery } from '@/api/queries'
import type { Entity, Field, Label, LinkValue, ObjectRights, Rec, Scope } from '@/api/types'
import { useLocale } from '@/ui/format'

/** The catalog as the asker may know it; the shell shows nothing before it is there. */
export const useCatalog = () => useSuspenseQuery(catalogQuery).data

export const useMe = () => useSuspenseQuery(meQuery).data

export function useEntity(name: string): Entity | undefined {
  return useCatalog().objects.find((entity) => entity.name === name)
}

/** Reads a label in the language of the screen, and in the other one where it has no text. */
export function useLabel(): (label: Label | undefined) => string {
  const { lang } = useLocale()
  return useCallback((label) => (label ? label[lang] || label.zh || label.en || '' : ''), [lang])
}

const nothing: ObjectRights = {
  read: 'none',
  create: false,
  update: 'none',
  delete: 'none',
  import: false,
  export: false,
}

export function useRights(object: string): ObjectRights {
  const { data: me } = useQuery(meQuery)
  return me?.rights[object] ?? nothing
}

/** Whether a scope lets anything through at all; which records, the server decides. */
export const allows = (scope: Scope | boolean | undefined) =>
  scope === true || (typeof scope === 'string' && scope !== 'none')

export const visible = (field: Field) => field.right !== 'hidden'
export const writable = (field: Field) =>
  field.right === 'write' && !field.read_only && !field.system && field.kind !== 'series'

/** The fields that a form asks for: of a new record, or of one that exists. */
export const editable = (entity: Entity, isNew: boolean) =>
  entity.fields.filter((field) => writable(field) && (isNew || !field.immutable))

/** Some fields of an object, section by section as its layout has them; in their own order where nobody arranged them. */
export function sectionsOf(entity: Entity, fields: Field[]): { label?: Label; fields: Field[] }[] {
  const left = new Set(fields)
  const sections = (entity.layout ?? []).map((section) => {
    const names = new Set(section.fields)
    const own = entity.arranged
      ? section.fields.flatMap((name) => fields.find((field) => field.name === name) ?? [])
      : fields.filter((field) => names.has(field.name))
    for (const field of own) left.delete(field)
    return { label: section.label, fields: own }
  })
  return [...sections, { fields: [...left] }].filter((section) => section.fields.length > 0)
}

/** Fields to choose from: those of the business first, those that every record has last. */
export const choosable = (fields: Field[]) => [
  ...fields.filter((field) => !field.system),
  ...fields.filter((field) => field.system),
]

export const fieldOf = (entity: Entity, name: string): Field | undefined =>
  entity.fields.find((field) => field.name === name)

/** What a record is called: the value of its title field, else its title as the server tells it, which is not a job title. */
export function titleOf(entity: Entity | undefined, record: Rec): string {
  const value = entity && record[entity.title_field]
  if (typeof value === 'string' && value) return value
  if (value && typeof value === 'object' && 'title' in value) return String((value as LinkValue).title ?? '')
  if (typeof record.title === 'string' && record.title && !(entity && fieldOf(entity, 'title'))) return record.title
  return record.id.slice(-8)
}

export function isLink(value: unknown): value is LinkValue {
  return typeof value === 'object' && value !== null && 'id' in value
}
