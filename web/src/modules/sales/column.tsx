import { useDroppable } from '@dnd-kit/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { recordsKey } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Filter, Rec } from '@/api/types'
import { useCreate } from '@/record/form/create'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { integer, money, moneyShort, useLocale } from '@/ui/format'
import { Failure, Skeleton } from '@/ui/states'
import { DealCard } from './card'
import { dotOf, type Stage, type Sum } from './stages'

export const columnKey = (object: string, filter: Filter, stage: string) =>
  [...recordsKey(object), 'column', filter, stage] as const

const shown = ['name', 'customer', 'contact', 'amount', 'expected_close', 'owner', 'stage', 'stage_since', 'status']

/** One stage of the board: how many deals and how much there are in all, and the deals a page at a time. */
export function Column({
  entity,
  stage,
  index,
  filter,
  sum,
  stages,
  may,
  mayAdd,
  onMove,
}: {
  entity: Entity
  stage: Stage
  index: number
  filter: Filter
  sum: Sum | undefined
  stages: Stage[]
  may: boolean
  mayAdd: boolean
  onMove: (deal: Rec, stage: Stage) => void
}) {
  const { t } = useTranslation()
  const locale = useLocale()
  const create = useCreate()
  const { setNodeRef, isOver } = useDroppable({ id: stage.id })
  const deals = useInfiniteQuery({
    queryKey: columnKey(entity.name, filter, stage.id),
    queryFn: ({ pageParam, signal }) =>
      records.page(
        entity.name,
        {
          filter: { and: [filter, { field: 'stage', op: 'in', value: [stage.id] }] },
          sort: '-stage_since',
          limit: 20,
          fields: shown,
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
  const list = deals.data?.pages.flatMap((page) => page.data) ?? []
  return (
    <li
      ref={setNodeRef}
      aria-label={stage.name}
      className={cn(
        'flex h-full min-h-0 min-w-0 snap-start flex-col rounded-xl bg-surface-2 transition-shadow',
        isOver && 'shadow-[inset_0_0_0_2px_var(--ring)]',
      )}
    >
      <div className="flex min-h-11 shrink-0 items-center gap-2 px-3">
        <span className={cn('size-2 shrink-0 rounded-full', dotOf(stage, index))} aria-hidden />
        <h2 className="truncate text-sm font-medium">{stage.name}</h2>
        {sum && <span className="num text-xs text-subtle">{integer(sum.count, locale)}</span>}
        <span className="flex-1" />
        {sum?.sum && (
          <span className="num text-xs text-muted" title={money(sum.sum.amount, sum.sum.currency, locale)}>
            {moneyShort(sum.sum.amount, sum.sum.currency, locale)}
          </span>
        )}
        {mayAdd && (
          <Button
            variant="ghost"
            size="iconSm"
            className="-mr-1.5 size-6"
            aria-label={t('sales.add_to', { stage: stage.name })}
            onClick={() =>
              create(entity.name, { stage: { id: stage.id, title: stage.name, object: 'stage' } }, () => undefined)
            }
          >
            <Plus className="size-3.5!" />
          </Button>
        )}
      </div>
      <ul className="min-h-0 flex-1 space-y-2 overflow-y-auto px-2 pb-2">
        {deals.isPending && (
          <li>
            <Skeleton className="p-2" lines={3} />
          </li>
        )}
        {deals.isError && (
          <li>
            <Failure error={deals.error} retry={() => deals.refetch()} className="py-6" />
          </li>
        )}
        {deals.data && !list.length && (
          <li className="px-2 py-6 text-center text-xs text-subtle">{t('sales.no_deals')}</li>
        )}
        {list.map((deal) => (
          <DealCard key={deal.id} deal={deal} stage={stage} stages={stages} may={may} onMove={onMove} />
        ))}
        {deals.hasNextPage && (
          <li>
            <Button
              size="sm"
              variant="ghost"
              className="w-full"
              disabled={deals.isFetchingNextPage}
              onClick={() => deals.fetchNextPage()}
            >
              {t('record.load_more')}
            </Button>
          </li>
        )}
      </ul>
    </li>
  )
}
