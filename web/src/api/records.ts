import { type Answer, space } from './client'
import type { Aggregate, Candidate, Figure, Page, Question, Rec } from './types'

const at = (object: string, id?: string) => `/records/${object}${id ? `/${id}` : ''}`

/** The calls every object has, standard or custom. */
export const records = {
  page: (object: string, question: Question, signal?: AbortSignal) =>
    space.ask<Page>(`${at(object)}/query`, question, signal ? { signal } : {}),
  get: (object: string, id: string, signal?: AbortSignal) => space.get<Rec>(at(object, id), signal ? { signal } : {}),
  create: (object: string, fields: Record<string, unknown>): Promise<Answer<Rec>> =>
    space.post<Rec>(at(object), fields),
  update: (object: string, id: string, version: number, fields: Record<string, unknown>): Promise<Answer<Rec>> =>
    space.patch<Rec>(at(object, id), { version, ...fields }),
  remove: (object: string, id: string) => space.delete(at(object, id)),
  purge: (object: string, id: string) => space.delete(`${at(object, id)}?purge=true`),
  restore: (object: string, id: string) => space.post<Rec>(`${at(object, id)}/restore`),
  act: <T = unknown>(object: string, id: string, verb: string, body: unknown = {}) =>
    space.post<T>(`${at(object, id)}/actions/${verb}`, body),
  /** What an action would do; it changes nothing. */
  tryAct: <T = unknown>(object: string, id: string, verb: string, body: unknown, signal?: AbortSignal) =>
    space.ask<T>(`${at(object, id)}/actions/${verb}?dry_run=true`, body, signal ? { signal } : {}),
  figures: (object: string, question: Aggregate, signal?: AbortSignal) =>
    space.ask<{ data: Figure[] }>(`${at(object)}/aggregate`, question, signal ? { signal } : {}),
  /** Who might this be? The answer says no more of a record than the asker may know. */
  duplicates: (object: string, fields: Record<string, unknown>, signal?: AbortSignal) =>
    space.ask<{ data: Candidate[] }>(`${at(object)}/duplicates`, fields, signal ? { signal } : {}),
  undo: (changeSet: string) => space.post(`/change-sets/${changeSet}/undo`),
}
