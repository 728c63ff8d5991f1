import type { Label, Section } from '@/api/types'

/** A section while it is edited, known by a key that stays when it is renamed. */
export type Part = { key: number; label: Label; fields: string[] }

/** The sections that are edited: what the system keeps by itself follows after all and is left out. */
export function partsOf(sections: Section[], kept: (name: string) => boolean): Part[] {
  const parts = sections
    .map((section, key) => ({ key, label: section.label, fields: section.fields.filter((name) => !kept(name)) }))
    .filter((part) => part.fields.length > 0)
  return parts.length ? parts : [{ key: 0, label: { zh: '', en: '' }, fields: [] }]
}

/** What is saved of the parts: a section that nothing stands in is none. */
export const sectionsOf = (parts: Part[]): Section[] =>
  parts.filter((part) => part.fields.length > 0).map(({ label, fields }) => ({ label, fields }))

/** Puts a field before a place of a part; at its end where no place is named. */
export function put(parts: Part[], name: string, to: number, at?: number): Part[] {
  return parts.map((part) => {
    const before = part.fields.indexOf(name)
    const fields = part.fields.filter((entry) => entry !== name)
    if (part.key !== to) return before < 0 ? part : { ...part, fields }
    const place = at === undefined ? fields.length : before >= 0 && before < at ? at - 1 : at
    fields.splice(place, 0, name)
    return { ...part, fields }
  })
}

/** Moves a field one place up or down, over the edge of its section into the next. */
export function step(parts: Part[], name: string, by: -1 | 1): Part[] {
  const index = parts.findIndex((part) => part.fields.includes(name))
  const part = parts[index]
  if (!part) return parts
  const place = part.fields.indexOf(name)
  const next = place + by
  if (next >= 0 && next < part.fields.length) {
    const fields = part.fields.filter((entry) => entry !== name)
    fields.splice(next, 0, name)
    return parts.map((entry) => (entry.key === part.key ? { ...entry, fields } : entry))
  }
  const other = parts[index + by]
  if (!other) return parts
  return by < 0 ? put(parts, name, other.key) : put(parts, name, other.key, 0)
}

/** Takes a section away; its fields go to the one before, or after where it was the first. */
export function drop(parts: Part[], key: number): Part[] {
  const index = parts.findIndex((part) => part.key === key)
  const part = parts[index]
  const heir = parts[index - 1] ?? parts[index + 1]
  if (!part || !heir) return parts
  const fields = index > 0 ? [...heir.fields, ...part.fields] : [...part.fields, ...heir.fields]
  return parts
    .filter((entry) => entry.key !== key)
    .map((entry) => (entry.key === heir.key ? { ...entry, fields } : entry))
}

/** A new section at the end, for fields to be put into. */
export const grow = (parts: Part[]): Part[] => [
  ...parts,
  { key: Math.max(0, ...parts.map((part) => part.key)) + 1, label: { zh: '', en: '' }, fields: [] },
]

/** Moves a whole section one place up or down. */
export function shift(parts: Part[], key: number, by: -1 | 1): Part[] {
  const index = parts.findIndex((part) => part.key === key)
  const part = parts[index]
  const to = index + by
  if (!part || to < 0 || to >= parts.length) return parts
  const next = parts.filter((entry) => entry.key !== key)
  next.splice(to, 0, part)
  return next
}
