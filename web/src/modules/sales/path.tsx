import { Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Entity, LinkValue, Rec } from '@/api/types'
import { allows, useRights } from '@/record/catalog'
import { cn } from '@/ui/cn'
import { ago, moment, useLocale } from '@/ui/format'
import { useMove } from './move'
import { type Stage, usePipelines } from './stages'

/** Where a deal stands on its way: what lies behind, where it is and for how long, and what is still to come. */
export default function StagePath({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const rights = useRights(entity.name)
  const pipelines = usePipelines()
  const [move, dialog] = useMove(entity)
  const pipeline = pipelines.data?.find((entry) => entry.id === (record.pipeline as LinkValue | null)?.id)
  if (!pipeline) return null
  const now = (record.stage as LinkValue | null)?.id
  const at = pipeline.stages.findIndex((stage) => stage.id === now)
  const current = pipeline.stages[at]
  const may = allows(rights.update)
  const open = pipeline.stages.filter((stage) => stage.kind === 'open')
  // The way ends where it ended; before that, both ends are still ahead.
  const shown = current && current.kind !== 'open' ? [...open, current] : pipeline.stages
  return (
    <nav aria-label={t('sales.path')} className="space-y-1.5">
      <ol className="flex gap-1 overflow-x-auto pb-1">
        {shown.map((stage) => {
          const index = pipeline.stages.indexOf(stage)
          const passed = current && (current.kind !== 'open' ? stage.kind === 'open' : index < at)
          return (
            <li key={stage.id} className="min-w-24 flex-1">
              <button
                type="button"
                disabled={!may || stage.id === now}
                aria-current={stage.id === now ? 'step' : undefined}
                aria-label={stage.id === now ? stage.name : t('sales.to_stage', { stage: stage.name })}
                onClick={() => move(record, stage)}
                className={cn(
                  'flex h-8 w-full items-center justify-center gap-1 rounded-md px-2 text-xs whitespace-nowrap transition-colors pointer-coarse:h-11',
                  step(stage, { now: stage.id === now, passed: !!passed }),
                  may && stage.id !== now && 'hover:brightness-95 dark:hover:brightness-110',
                )}
              >
                {passed && <Check className="size-3.5 shrink-0" aria-hidden />}
                <span className="truncate">{stage.name}</span>
              </button>
            </li>
          )
        })}
      </ol>
      {typeof record.stage_since === 'string' && (
        <p className="text-xs text-subtle" title={moment(record.stage_since, locale)}>
          {t('sales.since', { time: ago(record.stage_since, locale) })}
        </p>
      )}
      {dialog}
    </nav>
  )
}

function step(stage: Stage, { now, passed }: { now: boolean; passed: boolean }): string {
  if (now && stage.kind === 'won') return 'bg-ok-soft font-medium text-ok'
  if (now && stage.kind === 'lost') return 'bg-bad-soft font-medium text-bad'
  if (now) return 'bg-primary font-medium text-primary-fg'
  return passed ? 'bg-primary-soft text-primary-text' : 'bg-surface-2 text-muted'
}
