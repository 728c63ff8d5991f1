import { queryOptions } from '@tanstack/react-query'
import { space } from '@/api/client'
import type { Job } from './jobs'

export type Options = { encoding?: string; delimiter?: string; sheet?: string; header?: number }
export type Upload = { id: string; name: string; size: number }
export type Column = {
  column: number
  name: string
  samples: string[]
  target: string | null
  by: 'name' | 'synonym' | 'values' | null
}
export type Target = {
  target: string
  object: string
  field: string
  label: string
  object_label: string
  kind: string
  required: boolean
  multiple: boolean
}
export type Preview = {
  file: Upload
  format: 'csv' | 'xlsx'
  options: Required<Options>
  sheets: string[]
  columns: Column[]
  rows: { line: number; cells: string[] }[]
  targets: Target[]
}
export type Policy = 'skip' | 'update' | 'create'
export type Choice = { do: Policy; id?: string }
export type Match = {
  line: number | null
  fields: string[]
  record: { id?: string; title?: string; binned?: boolean; hidden?: boolean } | null
}
export type BadRow = {
  line: number
  kind: 'failed' | 'duplicate'
  title?: string
  did?: Policy
  faults?: { column: number; name?: string; code: string; message: string }[]
  matches?: Match[]
}

export type Figures = {
  done: number
  total: number | null
  created: number
  updated: number
  skipped: number
  failed: number
  duplicates: number
  also?: Record<string, { created: number; updated: number }>
  change_set?: string
  mend?: Upload
  unknown?: Unknown[]
}

/** A value of the file that stands for nothing here, and in how many rows. */
export type Unknown = { column: number; target: string; value: string; rows: number }

export const figuresOf = (job: Job): Figures =>
  ({ done: 0, total: null, created: 0, updated: 0, skipped: 0, failed: 0, duplicates: 0, ...job.progress }) as Figures

export const previewQuery = (file: string, object: string, options: Options) =>
  queryOptions({
    queryKey: ['import-preview', file, object, options],
    queryFn: ({ signal }) => space.ask<Preview>('/imports/preview', { file, object, options }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Sends a file as it is; what is in it the server finds out. */
export const upload = (file: File) =>
  space.post<Upload>(
    `/files?name=${encodeURIComponent(file.name)}`,
    file.slice(0, file.size, 'application/octet-stream'),
  )

export type Ask = {
  file: string
  object: string
  options: Options
  mapping: { column: number; target: string; values?: Record<string, string> }[]
  duplicates: Policy
  rows?: Record<string, Choice>
  dry_run: boolean
}
