import { useQuery } from '@tanstack/react-query'
import { pageQuery } from '@/api/queries'
import type { LinkValue, Money, Rec } from '@/api/types'
import { titleOf, useEntity } from '@/record/catalog'

export type StageKind = 'open' | 'won' | 'lost'
export type Stage = { id: string; name: string; pipeline: string; probability: string; kind: StageKind }
export type Pipeline = { id: string; name: string; default: boolean; stages: Stage[] }

/** What stands at a stage in all. */
export type Sum = { count: number; sum: Money | null }

const idOf = (value: unknown) => (value as LinkValue | null | undefined)?.id ?? ''

/** The pipelines, each with its stages in their order; the default one first. */
export function arrange(pipelines: { record: Rec; name: string }[], stages: Rec[]): Pipeline[] {
  return pipelines
    .map(({ record, name }) => ({
      id: record.id,
      name,
      default: record.default === true,
      stages: stages
        .filter((stage) => idOf(stage.pipeline) === record.id)
        .map((stage) => ({
          id: stage.id,
          name: String(stage.name ?? ''),
          pipeline: record.id,
          probability: String(stage.probability ?? '0'),
          kind: stage.kind === 'won' || stage.kind === 'lost' ? stage.kind : ('open' as StageKind),
        })),
    }))
    .sort((a, b) => Number(b.default) - Number(a.default))
}

/** The ways that deals go; all of them are few enough to be read at once. */
export function usePipelines() {
  const entity = useEntity('pipeline')
  const pipelines = useQuery({
    ...pageQuery('pipeline', { sort: 'created_at', limit: 200, fields: ['name', 'default'] }),
    staleTime: 300_000,
  })
  const stages = useQuery({
    ...pageQuery('stage', {
      sort: 'position',
      limit: 200,
      fields: ['name', 'pipeline', 'position', 'probability', 'kind'],
    }),
    staleTime: 300_000,
  })
  const failed = pipelines.error ?? stages.error
  return {
    error: failed,
    retry: () => void Promise.all([pipelines.refetch(), stages.refetch()]),
    data:
      pipelines.data && stages.data
        ? arrange(
            pipelines.data.data.map((record) => ({ record, name: titleOf(entity, record) })),
            stages.data.data,
          )
        : undefined,
  }
}

/** The dot that tells a stage from its neighbours: quiet at first, then fuller, green and red at the ends. */
export function dotOf(stage: Stage, index: number): string {
  if (stage.kind === 'won') return 'bg-ok'
  if (stage.kind === 'lost') return 'bg-bad'
  return ['bg-subtle', 'bg-info', 'bg-primary', 'bg-violet', 'bg-warn'][index % 5] ?? 'bg-subtle'
}
