import { useQuery } from '@tanstack/react-query'
import { ArrowRight, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { pageQuery } from '@/api/queries'
import type { Entity, LinkValue, Money, Rec } from '@/api/types'
import { moment, money, useLocale } from '@/ui/format'
import { Failure, Skeleton } from '@/ui/states'

/** The stages that a deal went through, when, and what it was worth then. */
export default function StageHistory({ record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <details className="group text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="inline-flex min-h-6 cursor-default items-center gap-1 rounded text-xs text-muted hover:text-fg">
        <ChevronRight className="size-3 transition-transform group-open:rotate-90" aria-hidden />
        {t('sales.history')}
      </summary>
      {open && <Moves deal={record.id} />}
    </details>
  )
}

function Moves({ deal }: { deal: string }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const moves = useQuery(
    pageQuery('stage_change', {
      filter: { field: 'deal', op: 'in', value: [deal] },
      sort: '-at',
      limit: 100,
      fields: ['from', 'to', 'at', 'amount'],
    }),
  )
  if (moves.isPending) return <Skeleton className="mt-2" />
  if (moves.isError) return <Failure error={moves.error} retry={() => moves.refetch()} className="py-4" />
  return (
    <ol aria-label={t('sales.history')} className="mt-2 divide-y rounded-lg border">
      {moves.data.data.map((move) => {
        const amount = move.amount as Money | null
        const from = move.from as LinkValue | null
        const to = move.to as LinkValue | null
        return (
          <li key={move.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
            <span className="flex min-w-0 flex-1 items-center gap-1.5">
              {from?.title && (
                <>
                  <span className="truncate text-muted">{from.title}</span>
                  <ArrowRight className="size-3.5 shrink-0 text-subtle" aria-label="→" />
                </>
              )}
              <span className="truncate font-medium">{to?.title}</span>
            </span>
            {amount && <span className="num text-muted">{money(amount.amount, amount.currency, locale)}</span>}
            <time className="num text-xs text-subtle">{moment(String(move.at), locale)}</time>
          </li>
        )
      })}
    </ol>
  )
}
