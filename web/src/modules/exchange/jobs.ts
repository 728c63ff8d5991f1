import { queryOptions, useQuery } from '@tanstack/react-query'
import { useCallback, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { queryClient } from '@/api/queries'
import type { LinkValue } from '@/api/types'
import { useCatalog, useLabel } from '@/record/catalog'

export type State = 'waiting' | 'running' | 'done' | 'dead' | 'cancelled'
export type FileRef = { id: string; name: string; size: number }

/** A piece of long work, as far as its reader may know it. */
export type Job = {
  id: string
  kind: string
  state: State
  stopping?: boolean
  progress: Record<string, unknown> | null
  error: { code: string; message: string; detail?: string } | null
  args_summary: Record<string, unknown>
  actor: LinkValue | null
  created_at: string
  due_at: string | null
  started_at: string | null
  finished_at: string | null
  attempt: number
  attempts: number
}

export const ended = (job: Job) => job.state === 'done' || job.state === 'dead' || job.state === 'cancelled'

export const jobQuery = (id: string) =>
  queryOptions({ queryKey: ['job', id], queryFn: () => space.get<Job>(`/jobs/${id}`), staleTime: 2000 })

/** A job that is followed while it works: the server tells each step until the end. */
export function useJob(id: string) {
  const job = useQuery(jobQuery(id))
  const over = job.data ? ended(job.data) : false
  const known = !!job.data
  useEffect(() => {
    if (over || !known) return
    const source = new EventSource(space.url(`/jobs/${id}/events`))
    source.addEventListener('job', (event) => {
      const next = JSON.parse((event as MessageEvent<string>).data) as Job
      queryClient.setQueryData(jobQuery(id).queryKey, next)
      if (!ended(next)) return
      source.close()
      void queryClient.invalidateQueries({ queryKey: ['jobs'] })
    })
    return () => source.close()
  }, [id, over, known])
  return job
}

/** The kinds of work that people begin, and those that the clock begins. */
export const jobKinds = ['import', 'export', 'update', 'delete', 'undo'] as const
const named = [...jobKinds, 'activity.remind'] as const

/** What a job is called: its kind, what it is about, and its file. */
export function useJobName() {
  const { t } = useTranslation()
  const label = useLabel()
  const { objects } = useCatalog()
  return useCallback(
    (job: Job) => {
      const kind = named.find((entry) => entry === job.kind)
      const object = objects.find((entity) => entity.name === job.args_summary?.object)
      return [kind ? t(`exchange.kind.${kind}`) : job.kind, label(object?.plural), job.args_summary?.file_name]
        .filter(Boolean)
        .join(' · ')
    },
    [t, label, objects],
  )
}

/** How far a job is, from 0 to 1; nothing where it does not say. */
export function shareOf(job: Job): number | undefined {
  if (job.state === 'done') return 1
  const { done, total } = (job.progress ?? {}) as { done?: number; total?: number }
  return typeof done === 'number' && total ? Math.min(1, done / total) : undefined
}

export const fileUrl = (file: FileRef) => space.url(`/files/${file.id}/${encodeURIComponent(file.name)}`)
export const fileOf = (value: unknown): FileRef | undefined =>
  typeof value === 'object' && value !== null && 'id' in value ? (value as FileRef) : undefined
