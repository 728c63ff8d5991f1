import { useMutation } from '@tanstack/react-query'
import { Ban, UserRoundCheck } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { faultOf } from '@/api/problem'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Rec } from '@/api/types'
import { allows, useRights } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { FormFault } from '@/record/form/form'
import { Button } from '@/ui/button'
import { Labeled, TextArea } from '@/ui/control'
import { Dialog } from '@/ui/dialog'

const Convert = lazy(() => import('./lead-convert'))

/** Makes a customer of a lead, or says why it will not become one. */
export default function LeadActions({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const rights = useRights(entity.name)
  const [open, setOpen] = useState<'convert' | 'unqualify'>()
  if (!allows(rights.update) || record.status === 'converted') return null
  return (
    <>
      <Button variant="primary" onClick={() => setOpen('convert')}>
        <UserRoundCheck /> {t('sales.convert')}
      </Button>
      {record.status !== 'unqualified' && (
        <Button onClick={() => setOpen('unqualify')}>
          <Ban /> <span className="max-sm:sr-only">{t('sales.unqualify')}</span>
        </Button>
      )}
      <Suspense>{open === 'convert' && <Convert lead={record} close={() => setOpen(undefined)} />}</Suspense>
      {open === 'unqualify' && <Unqualify entity={entity} lead={record} close={() => setOpen(undefined)} />}
    </>
  )
}

function Unqualify({ entity, lead, close }: { entity: Entity; lead: Rec; close: () => void }) {
  const { t } = useTranslation()
  const undo = useUndo()
  const [reason, setReason] = useState('')
  const act = useMutation({
    mutationFn: () => records.act(entity.name, lead.id, 'unqualify', { reason: reason.trim() }),
    onSuccess: ({ changeSet }) => {
      renew()
      undo(t('sales.unqualified'), changeSet)
      close()
    },
  })
  return (
    <Dialog open onOpenChange={(next) => !next && close()} size="sm" title={t('sales.unqualify_title')}>
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (reason.trim()) act.mutate()
        }}
      >
        <Labeled label={t('sales.reason')} required fault={faultOf(act.error, 'reason')}>
          {(ids) => (
            <TextArea
              {...ids}
              autoFocus
              rows={3}
              maxLength={300}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Labeled>
        <FormFault error={act.error} known={['reason']} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={!reason.trim() || act.isPending}>
            {t('sales.unqualify')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
