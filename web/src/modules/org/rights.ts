import type { Scope } from '@/api/types'

/** What a role may do with the records of an object. What is missing is not allowed. */
export type Grant = {
  create?: boolean
  read?: Scope
  update?: Scope
  delete?: Scope
  import?: boolean
  export?: boolean
}
export type FieldRight = 'hidden' | 'masked' | 'read'

/** The rights of a role, as its record keeps them. */
export type Rights = {
  admin?: boolean
  all?: Grant
  objects?: Record<string, Grant>
  fields?: Record<string, Record<string, FieldRight>>
}

export const scopes: Scope[] = ['none', 'own', 'own_sub', 'department', 'department_below', 'all']

/** Reads what a role keeps; one that cannot be read gives nothing, as on the server. */
export function readRights(text: string): Rights {
  try {
    return JSON.parse(text) as Rights
  } catch {
    return {}
  }
}

/** Without what says nothing, so that equal rights are written alike. */
export function writeRights(rights: Rights): string {
  const grant = (one: Grant): Grant => ({
    ...(one.create ? { create: true } : {}),
    ...(one.read && one.read !== 'none' ? { read: one.read } : {}),
    ...(one.update && one.update !== 'none' ? { update: one.update } : {}),
    ...(one.delete && one.delete !== 'none' ? { delete: one.delete } : {}),
    ...(one.import ? { import: true } : {}),
    ...(one.export ? { export: true } : {}),
  })
  const objects = Object.entries(rights.objects ?? {}).map(([name, one]) => [name, grant(one)])
  const fields = Object.entries(rights.fields ?? {}).filter(([, list]) => Object.keys(list).length)
  return JSON.stringify({
    ...(rights.admin ? { admin: true } : {}),
    ...(rights.all ? { all: grant(rights.all) } : {}),
    ...(objects.length ? { objects: Object.fromEntries(objects) } : {}),
    ...(fields.length ? { fields: Object.fromEntries(fields) } : {}),
  })
}

/** With a field's right set; `write` is what every field has that is not named. */
export function withField(rights: Rights, object: string, field: string, right: FieldRight | 'write'): Rights {
  const own = { ...rights.fields?.[object] }
  if (right === 'write') delete own[field]
  else own[field] = right
  return { ...rights, fields: { ...rights.fields, [object]: own } }
}

/** With an object's own rights, or without any: then it follows those of all objects. */
export function withObject(rights: Rights, object: string, own: Grant | undefined): Rights {
  const objects = { ...rights.objects }
  if (own) objects[object] = own
  else delete objects[object]
  return { ...rights, objects }
}
