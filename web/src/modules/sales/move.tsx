import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/problem'
import { queryClient, recordQuery, renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Rec } from '@/api/types'
import { useUndo } from '@/record/edit'
import { isEmpty } from '@/record/fields/registry'
import { toastFailure } from '@/ui/toast'
import { type Answers, Ending } from './ending'
import type { Stage } from './stages'

/**
 * Takes a deal to another stage, shown at once. A stage that ends it first asks what must be known; `show` and its undo
 * let the caller move what is on the screen.
 */
export function useMove(entity: Entity): [(deal: Rec, stage: Stage, show?: () => () => void) => void, ReactNode] {
  const { t } = useTranslation()
  const undo = useUndo()
  // The version of each deal after the moves so far: a card may be taken on before the last answer has come.
  const versions = useRef(new Map<string, Promise<number>>())
  const [asked, setAsked] = useState<{ deal: Rec; stage: Stage; show?: () => () => void }>()

  async function write(deal: Rec, stage: Stage, answers: Answers, show?: () => () => void) {
    const back = show?.()
    try {
      const before = versions.current.get(deal.id) ?? Promise.resolve(0)
      const written = before.then((version) =>
        records.update(entity.name, deal.id, Math.max(version, deal.version), {
          stage: stage.id,
          ...(answers.amount ? { amount: answers.amount } : {}),
          ...(answers.reason ? { lost_reason: answers.reason } : {}),
          ...(answers.remark ? { remark: answers.remark } : {}),
        }),
      )
      versions.current.set(
        deal.id,
        written.then(
          ({ data }) => data.version,
          () => before,
        ),
      )
      const { data, changeSet } = await written
      queryClient.setQueryData<Rec>(
        recordQuery(entity.name, deal.id).queryKey,
        (known) => known && { ...known, ...data },
      )
      renew(entity.name)
      undo(t('sales.moved', { stage: stage.name }), changeSet, entity.name)
    } catch (error) {
      back?.()
      if (error instanceof Problem && error.status === 412) renew(entity.name)
      throw error
    }
  }
  const say = (error: unknown) =>
    toastFailure(
      error instanceof Problem && error.faults.length
        ? error.faults.map((fault) => fault.message).join(' ')
        : (error as Error).message,
    )
  const move = (deal: Rec, stage: Stage, show?: () => () => void) => {
    if (stage.kind === 'lost' || (stage.kind === 'won' && isEmpty(deal.amount)))
      setAsked({ deal, stage, ...(show ? { show } : {}) })
    else write(deal, stage, {}, show).catch(say)
  }
  const dialog = asked && asked.stage.kind !== 'open' && (
    <Ending
      entity={entity}
      deal={asked.deal}
      kind={asked.stage.kind}
      submit={(answers) => write(asked.deal, asked.stage, answers, asked.show)}
      close={() => setAsked(undefined)}
    />
  )
  return [move, dialog]
}
