import { Check } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, Rec } from '@/api/types'
import { allows, fieldOf, useLabel, useRights } from '@/record/catalog'
import { useEdit } from '@/record/edit'
import { cn } from '@/ui/cn'
import { SolveDialog, useTicketAct } from './solve'

/** Where a ticket stands; a step is taken by choosing it, and solving asks how. */
export default function TicketPath({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const label = useLabel()
  const rights = useRights(entity.name)
  const edit = useEdit(entity)
  const act = useTicketAct(record)
  const [solving, setSolving] = useState(false)
  const field = fieldOf(entity, 'status')
  const options = field?.options?.filter((option) => !option.retired || option.name === record.status) ?? []
  const at = options.findIndex((option) => option.name === record.status)
  if (!field || !options.length) return null
  const may = allows(rights.update) && field.right === 'write'
  const ended = record.status === 'solved' || record.status === 'closed'
  const go = (status: string) => {
    if (status === 'solved') setSolving(true)
    else if (status === 'closed') act.mutate({ verb: 'close' })
    else if (ended && status === 'open') act.mutate({ verb: 'reopen' })
    else edit.mutate({ record, fields: { status } })
  }
  return (
    <nav aria-label={t('service.path')}>
      <ol className="flex gap-1 overflow-x-auto pb-1">
        {options.map((option, index) => {
          const now = index === at
          const name = label(option.label)
          return (
            <li key={option.name} className="min-w-24 flex-1">
              <button
                type="button"
                disabled={!may || now}
                aria-current={now ? 'step' : undefined}
                aria-label={now ? name : t('service.to_status', { status: name })}
                onClick={() => go(option.name)}
                className={cn(
                  'flex h-8 w-full items-center justify-center gap-1 rounded-md px-2 text-xs whitespace-nowrap pointer-coarse:h-11',
                  now && option.name === 'solved'
                    ? 'bg-ok-soft font-medium text-ok'
                    : now
                      ? 'bg-primary font-medium text-primary-fg'
                      : index < at
                        ? 'bg-primary-soft text-primary-text'
                        : 'bg-surface-2 text-muted',
                  may && !now && 'hover:brightness-95 dark:hover:brightness-110',
                )}
              >
                {index < at && <Check className="size-3.5 shrink-0" aria-hidden />}
                <span className="truncate">{name}</span>
              </button>
            </li>
          )
        })}
      </ol>
      {solving && <SolveDialog ticket={record} close={() => setSolving(false)} />}
    </nav>
  )
}
