import { useDraggable } from '@dnd-kit/core'
import { Link, useParams } from '@tanstack/react-router'
import { Calendar, Clock, MoreHorizontal } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { LinkValue, Money, Rec } from '@/api/types'
import { Avatar, Mark } from '@/ui/badge'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { day, money, useLocale } from '@/ui/format'
import { Menu, MenuItem, MenuSection } from '@/ui/menu'
import type { Stage } from './stages'

/** After so many days a deal that does not move wants looking at. */
const STALE = 30

/** What a card says of a deal. */
export function CardFace({
  deal,
  title,
  menu,
  className,
}: {
  deal: Rec
  title?: ReactNode
  menu?: ReactNode
  className?: string
}) {
  const { t } = useTranslation()
  const locale = useLocale()
  const customer = deal.customer as LinkValue | null
  const owner = deal.owner as LinkValue | null
  const amount = deal.amount as Money | null
  const close = typeof deal.expected_close === 'string' ? deal.expected_close : ''
  const open = deal.status === 'open'
  const days =
    typeof deal.stage_since === 'string' ? Math.floor((Date.now() - Date.parse(deal.stage_since)) / 86_400_000) : 0
  const late = open && close !== '' && close < day(new Date().toISOString(), locale)
  return (
    <div className={cn('rounded-lg border bg-surface p-3 shadow-card', className)}>
      <div className="flex items-start gap-1.5">
        <span className="min-w-0 flex-1 text-sm leading-5 font-medium break-words">
          {title ?? String(deal.name ?? '')}
        </span>
        {menu}
      </div>
      {customer?.title && (
        <div className="mt-1 flex items-center gap-1.5 text-xs text-muted">
          <Mark name={customer.title} className="size-4.5 rounded text-[9px]" />
          <span className="truncate">{customer.title}</span>
        </div>
      )}
      <div className="num mt-2 text-base font-semibold">
        {amount ? (
          money(amount.amount, amount.currency, locale)
        ) : (
          <span className="text-sm font-normal text-subtle">{t('sales.no_amount')}</span>
        )}
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-x-2.5 gap-y-1 border-t pt-2 text-xs text-muted">
        {owner?.title && (
          <span className="mr-auto flex max-w-full items-center gap-1.5">
            <Avatar name={owner.title} className="size-4.5 text-[9px]" />{' '}
            <span className="truncate">{owner.title}</span>
          </span>
        )}
        {close && (
          <span
            className={cn('num inline-flex shrink-0 items-center gap-1', late && 'text-bad')}
            title={t('sales.close_by')}
          >
            <Calendar className="size-3" aria-hidden /> {close.slice(5)}
          </span>
        )}
        {open && days > 0 && (
          <span className={cn('num inline-flex shrink-0 items-center gap-1', days > STALE && 'text-warn')}>
            <Clock className="size-3" aria-hidden /> {t('sales.days', { count: days, n: days })}
          </span>
        )}
      </div>
    </div>
  )
}

/** A card that can be dragged; the menu moves it without dragging, and its name leads to the deal. */
export function DealCard({
  deal,
  stage,
  stages,
  may,
  onMove,
}: {
  deal: Rec
  stage: Stage
  stages: Stage[]
  may: boolean
  onMove: (deal: Rec, stage: Stage) => void
}) {
  const { t } = useTranslation()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const { attributes, listeners, setNodeRef, isDragging } = useDraggable({
    id: deal.id,
    data: { deal },
    disabled: !may,
  })
  const name = String(deal.name ?? '')
  return (
    <li className={cn('relative', isDragging && 'opacity-40')}>
      {may && (
        <button
          type="button"
          ref={setNodeRef}
          {...attributes}
          {...listeners}
          aria-label={t('sales.drag', { name })}
          className="absolute inset-0 z-1 cursor-grab touch-manipulation rounded-lg active:cursor-grabbing"
        />
      )}
      <CardFace
        deal={deal}
        title={
          <Link
            to="/w/$workspace/$object/$id"
            params={{ workspace, object: 'deal', id: deal.id }}
            draggable={false}
            className="relative z-2 hover:text-primary-text hover:underline"
          >
            {name}
          </Link>
        }
        menu={
          may && (
            <span className="relative z-2 -mt-1 -mr-1.5">
              <Menu
                trigger={
                  <Button variant="ghost" size="iconSm" className="size-6" aria-label={t('sales.move_one', { name })}>
                    <MoreHorizontal className="size-4!" />
                  </Button>
                }
              >
                <MenuSection label={t('sales.move_to')}>
                  {stages
                    .filter((entry) => entry.id !== stage.id)
                    .map((entry) => (
                      <MenuItem key={entry.id} onClick={() => onMove(deal, entry)}>
                        {entry.name}
                      </MenuItem>
                    ))}
                </MenuSection>
              </Menu>
            </span>
          )
        }
      />
    </li>
  )
}
