import { useTranslation } from 'react-i18next'
import type { Entity, Field, Money, Rec } from '@/api/types'
import { fieldOf, useEntity, useLabel } from '@/record/catalog'
import { isEmpty, kindOf } from '@/record/fields/registry'
import { Value } from '@/record/fields/value'
import { cn } from '@/ui/cn'
import { money, useLocale } from '@/ui/format'
import { Failure, Skeleton } from '@/ui/states'
import { useOrderLines } from './order-form'

const shown = ['product', 'description', 'quantity', 'price', 'discount_percent', 'amount']

/** What was ordered: a table, and on a phone a card a line. */
export default function OrderLines({ record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const label = useLabel()
  const locale = useLocale()
  const entity = useEntity('order_line')
  const order = useOrderLines(record.id)
  if (!entity) return null
  if (order.isPending) return <Skeleton lines={3} />
  if (order.isError) return <Failure error={order.error} retry={() => order.refetch()} className="py-6" />
  const lines = (order.data.lines as Rec[] | undefined) ?? []
  if (!lines.length)
    return (
      <p className="rounded-lg border border-dashed px-4 py-5 text-center text-sm text-muted">{t('sales.no_lines')}</p>
    )
  const fields = shown.flatMap((name) => fieldOf(entity, name) ?? []).filter((field) => field.right !== 'hidden')
  const total = order.data.total as Money | null
  const discount = order.data.discount as Money | null
  return (
    <section aria-label={label(entity.plural)} className="relative overflow-hidden rounded-lg border">
      <table className="w-full text-sm max-sm:block">
        <thead className="bg-surface-2 text-xs text-muted max-sm:sr-only">
          <tr>
            {fields.map((field) => (
              <th
                key={field.name}
                scope="col"
                className={cn('px-3 py-2 text-left font-medium whitespace-nowrap', kindOf(field).end && 'text-right')}
              >
                {label(field.label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y max-sm:block">
          {lines.map((line) => (
            <tr key={line.id} className="max-sm:grid max-sm:grid-cols-2 max-sm:gap-x-6 max-sm:px-3 max-sm:py-2">
              {fields.map((field) => (
                <LineCell key={field.name} field={field} line={line} label={label(field.label)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <dl className="num flex flex-wrap justify-end gap-x-6 gap-y-1 border-t bg-surface-2 px-3 py-2 text-sm">
        {discount && (
          <div className="flex gap-2 text-muted">
            <dt>{t('sales.discount')}</dt>
            <dd>−{money(discount.amount, discount.currency, locale)}</dd>
          </div>
        )}
        <div className="flex gap-2 font-semibold">
          <dt>{t('sales.total')}</dt>
          <dd>{total ? money(total.amount, total.currency, locale) : '—'}</dd>
        </div>
      </dl>
    </section>
  )
}

function LineCell({ field, line, label }: { field: Field; line: Rec; label: string }) {
  const value = line[field.name]
  const product = line.product as { title?: string } | null
  const repeated = field.name === 'description' && value === product?.title
  return (
    <td
      className={cn(
        'px-3 py-2 max-sm:flex max-sm:items-center max-sm:justify-between max-sm:gap-2 max-sm:px-0 max-sm:py-0.5',
        kindOf(field).end && 'text-right whitespace-nowrap',
        field.name === 'product' && 'max-sm:col-span-2 max-sm:font-medium',
        field.name === 'description' && 'text-muted max-sm:col-span-2',
        field.name === 'amount' && 'font-medium max-sm:col-start-2',
        (repeated || isEmpty(value)) && 'max-sm:hidden',
      )}
    >
      {kindOf(field).end && (
        <span aria-hidden className="mr-2 text-xs text-subtle sm:hidden">
          {label}
        </span>
      )}
      {!repeated && <Value field={field} value={value} />}
    </td>
  )
}
