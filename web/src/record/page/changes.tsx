import { ArrowRight, ChevronRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Entity, FieldChange } from '@/api/types'
import { fieldOf, useLabel } from '@/record/catalog'
import { Value } from '@/record/fields/value'
import { useFace } from '@/record/module'
import { told } from './told'

type Props = { entity: Entity | undefined; changes: FieldChange[] }

/** What a change did to each field: before, and after. */
export function FieldChanges({ entity, changes }: Props) {
  const { t } = useTranslation()
  const label = useLabel()
  return (
    <ul className="space-y-1 text-sm">
      {changes.map((change) => {
        const field = entity && fieldOf(entity, change.field)
        if (!field) return null
        return (
          <li key={change.field} className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
            <span className="text-xs text-subtle">{label(field.label)}</span>
            <span className="inline-flex max-w-full min-w-0 text-muted line-through decoration-line-strong">
              <Value field={field} value={change.before} blank={t('record.blank')} />
            </span>
            <ArrowRight className="size-3 shrink-0 text-subtle" aria-label="→" />
            <span className="inline-flex max-w-full min-w-0">
              <Value field={field} value={change.after} blank={t('record.blank')} />
            </span>
          </li>
        )
      })}
    </ul>
  )
}

/** What somebody changed; what followed from it is there for whoever asks. */
export function BriefChanges({ entity, changes }: Props) {
  const { t } = useTranslation()
  const { follows } = useFace(entity?.name ?? '')
  const { main, rest } = told(entity, changes, follows)
  return (
    <>
      <FieldChanges entity={entity} changes={main} />
      {rest.length > 0 && (
        <details className="group mt-0.5">
          <summary className="inline-flex min-h-6 cursor-default items-center gap-1 rounded text-xs text-subtle hover:text-fg">
            <ChevronRight className="size-3 transition-transform group-open:rotate-90" aria-hidden />
            {t('record.followed', { count: rest.length })}
          </summary>
          <FieldChanges entity={entity} changes={rest} />
        </details>
      )}
    </>
  )
}
