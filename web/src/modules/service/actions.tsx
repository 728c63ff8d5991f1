import { CheckCheck, CircleX, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, Rec } from '@/api/types'
import { allows, useRights } from '@/record/catalog'
import { Button } from '@/ui/button'
import { SolveDialog, useTicketAct } from './solve'

/** What can be done with a ticket where it stands. */
export default function TicketActions({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const rights = useRights(entity.name)
  const act = useTicketAct(record)
  const [solving, setSolving] = useState(false)
  if (!allows(rights.update)) return null
  const status = String(record.status)
  const ended = status === 'solved' || status === 'closed'
  return (
    <>
      {!ended && (
        <Button variant="primary" onClick={() => setSolving(true)}>
          <CheckCheck /> {t('service.solve')}
        </Button>
      )}
      {status !== 'closed' && (
        <Button disabled={act.isPending} onClick={() => act.mutate({ verb: 'close' })}>
          <CircleX /> <span className={ended ? '' : 'max-sm:sr-only'}>{t('service.close')}</span>
        </Button>
      )}
      {ended && (
        <Button disabled={act.isPending} onClick={() => act.mutate({ verb: 'reopen' })}>
          <RotateCcw /> {t('service.reopen')}
        </Button>
      )}
      {solving && <SolveDialog ticket={record} close={() => setSolving(false)} />}
    </>
  )
}
