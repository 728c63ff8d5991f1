import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { faultOf } from '@/api/problem'
import type { Entity, LinkValue, Rec } from '@/api/types'
import { fieldOf, useLabel } from '@/record/catalog'
import { RecordForm } from '@/record/form/form'
import { Labeled, Select } from '@/ui/control'
import { usePipelines } from './stages'

type Props = {
  entity: Entity
  record?: Rec
  initial?: Record<string, unknown>
  onDone: (saved: Rec) => void
  onCancel: () => void
}

/** The form of a deal: a new one chooses where on its way it begins; later it is moved on that way. */
export default function DealForm(props: Props) {
  const { t } = useTranslation()
  const label = useLabel()
  const pipelines = usePipelines()
  const [stage, setStage] = useState((props.initial?.stage as LinkValue | undefined)?.id ?? '')
  const all = pipelines.data ?? []
  const first = all[0]?.stages.find((entry) => entry.kind === 'open')
  const pipeline = all.find((entry) => entry.stages.some((known) => known.id === stage))
  const field = fieldOf(props.entity, 'stage')
  const { stage: _, ...initial } = props.initial ?? {}
  return (
    <RecordForm
      {...props}
      initial={initial}
      omit={['stage', 'pipeline', 'lost_reason', ...(props.record ? [] : ['probability'])]}
      also={!props.record && pipeline ? { stage, pipeline: pipeline.id } : undefined}
      extra={(error) =>
        !props.record &&
        first && (
          <Labeled label={label(field?.label)} fault={faultOf(error, 'stage')}>
            {(ids) => (
              <Select {...ids} value={stage || first.id} onChange={(event) => setStage(event.target.value)}>
                {all.map((entry) => (
                  <optgroup key={entry.id} label={entry.name}>
                    {entry.stages
                      .filter((known) => known.kind !== 'lost')
                      .map((known) => (
                        <option key={known.id} value={known.id}>
                          {t('sales.stage_option', { stage: known.name, percent: known.probability })}
                        </option>
                      ))}
                  </optgroup>
                ))}
              </Select>
            )}
          </Labeled>
        )
      }
    />
  )
}
