import { useTranslation } from 'react-i18next'
import type { Problem } from '@/api/problem'
import type { Entity } from '@/api/types'
import { fieldOf, useLabel } from '@/record/catalog'
import { Value } from '@/record/fields/value'
import { Button } from '@/ui/button'

/** Fields that another person changed while this form was open: both values, and whose stands. */
export function Conflict({
  entity,
  problem,
  settle,
}: {
  entity: Entity
  problem: Problem
  settle: (theirs: Record<string, unknown>, version: number, mine: boolean) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const theirs = (problem.body.theirs ?? {}) as Record<string, unknown>
  const yours = (problem.body.yours ?? {}) as Record<string, unknown>
  const version = Number(problem.body.version)
  return (
    <div role="alert" className="rounded-md bg-warn-soft px-3 py-2.5 text-sm">
      <p className="font-medium text-warn">{t('record.conflict_title')}</p>
      <dl className="mt-2 space-y-1.5">
        {Object.keys(theirs).map((name) => {
          const field = fieldOf(entity, name)
          if (!field) return null
          return (
            <div key={name} className="grid grid-cols-[6rem_minmax(0,1fr)_minmax(0,1fr)] gap-2">
              <dt className="truncate text-xs leading-5 text-muted">{label(field.label)}</dt>
              <dd className="min-w-0">
                <span className="mr-1.5 text-xs text-muted">{t('record.conflict_theirs')}</span>
                <Value field={field} value={theirs[name]} blank={t('record.blank')} />
              </dd>
              <dd className="min-w-0">
                <span className="mr-1.5 text-xs text-muted">{t('record.conflict_yours')}</span>
                <Value field={field} value={yours[name]} blank={t('record.blank')} />
              </dd>
            </div>
          )
        })}
      </dl>
      <div className="mt-2.5 flex flex-wrap gap-2">
        <Button size="sm" onClick={() => settle(theirs, version, false)}>
          {t('record.keep_theirs')}
        </Button>
        <Button size="sm" onClick={() => settle(theirs, version, true)}>
          {t('record.keep_mine')}
        </Button>
      </div>
    </div>
  )
}
