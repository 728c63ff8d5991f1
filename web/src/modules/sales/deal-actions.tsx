import { useMutation } from '@tanstack/react-query'
import { RotateCcw, ThumbsDown, Trophy } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Rec } from '@/api/types'
import { allows, useRights } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { isEmpty } from '@/record/fields/registry'
import { Button } from '@/ui/button'
import { toastFailure } from '@/ui/toast'
import { Ending } from './ending'

/** Wins, loses or reopens a deal. */
export default function DealActions({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const rights = useRights(entity.name)
  const undo = useUndo()
  const [asking, setAsking] = useState<'won' | 'lost'>()
  const act = useMutation({
    mutationFn: ({ verb, body }: { verb: 'win' | 'lose' | 'reopen'; body: Record<string, unknown> }) =>
      records.act(entity.name, record.id, verb, body),
    onSuccess: ({ changeSet }, { verb }) => {
      renew()
      undo(t(`sales.did.${verb}`), changeSet, entity.name)
    },
  })
  const fail = { onError: (error: Error) => toastFailure(error.message) }
  if (!allows(rights.update)) return null
  if (record.status !== 'open')
    return (
      <Button disabled={act.isPending} onClick={() => act.mutate({ verb: 'reopen', body: {} }, fail)}>
        <RotateCcw /> {t('sales.reopen')}
      </Button>
    )
  return (
    <>
      <Button
        variant="primary"
        disabled={act.isPending}
        onClick={() => (isEmpty(record.amount) ? setAsking('won') : act.mutate({ verb: 'win', body: {} }, fail))}
      >
        <Trophy /> {t('sales.win')}
      </Button>
      <Button disabled={act.isPending} onClick={() => setAsking('lost')}>
        <ThumbsDown /> {t('sales.lose')}
      </Button>
      {asking && (
        <Ending
          entity={entity}
          deal={record}
          kind={asking}
          submit={(answers) => act.mutateAsync({ verb: asking === 'won' ? 'win' : 'lose', body: { ...answers } })}
          close={() => setAsking(undefined)}
        />
      )}
    </>
  )
}
