import { useMutation } from '@tanstack/react-query'
import { Ban, Check, PackageCheck, RotateCcw, Truck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/problem'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Rec } from '@/api/types'
import { allows, fieldOf, useLabel, useRights } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { Button } from '@/ui/button'
import { toastFailure } from '@/ui/toast'

const next = {
  draft: { to: 'confirmed', icon: Check },
  confirmed: { to: 'shipped', icon: Truck },
  shipped: { to: 'completed', icon: PackageCheck },
} as const

/** The next step of an order, and the way out of it. */
export default function OrderActions({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const label = useLabel()
  const rights = useRights(entity.name)
  const undo = useUndo()
  const status = String(record.status)
  const field = fieldOf(entity, 'status')
  const go = useMutation({
    mutationFn: (to: string) => records.update(entity.name, record.id, record.version, { status: to }),
    onSuccess: ({ changeSet }, to) => {
      renew()
      const option = field?.options?.find((entry) => entry.name === to)
      undo(t('sales.order_is', { status: label(option?.label) }), changeSet)
    },
    onError: (error: Error) =>
      toastFailure(
        error instanceof Problem && error.faults.length
          ? error.faults.map((fault) => fault.message).join(' ')
          : error.message,
      ),
  })
  if (!allows(rights.update) || field?.right !== 'write') return null
  const step = next[status as keyof typeof next]
  return (
    <>
      {step && (
        <Button variant="primary" disabled={go.isPending} onClick={() => go.mutate(step.to)}>
          <step.icon /> {t(`sales.order.${step.to}`)}
        </Button>
      )}
      {status === 'cancelled' ? (
        <Button disabled={go.isPending} onClick={() => go.mutate('draft')}>
          <RotateCcw /> {t('sales.order.draft')}
        </Button>
      ) : (
        status !== 'completed' && (
          <Button disabled={go.isPending} onClick={() => go.mutate('cancelled')}>
            <Ban /> <span className="max-sm:sr-only">{t('sales.order.cancelled')}</span>
          </Button>
        )
      )}
    </>
  )
}
