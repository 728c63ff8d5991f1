import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { History as Clock, Undo2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Change, Entity, Rec } from '@/api/types'
import { allows, useRights } from '@/record/catalog'
import { Avatar } from '@/ui/badge'
import { Button } from '@/ui/button'
import { moment, useLocale } from '@/ui/format'
import { Failure, Skeleton, State } from '@/ui/states'
import { toast, toastFailure } from '@/ui/toast'
import { FieldChanges } from './changes'

type Entry = Change & { change?: Change; at: string; actor?: { id: string | null; title?: string } }

/** Takes back what a change set did. */
export function useTakeBack() {
  const { t } = useTranslation()
  return useMutation({
    mutationFn: (changeSet: string) => records.undo(changeSet),
    onSuccess: () => {
      toast(t('record.undone'))
      renew()
    },
    onError: (error: Error) => toastFailure(error.message),
  })
}

/** Who changed what, when, through what and why; each change can be taken back by whoever may write it. */
export function History({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const rights = useRights(entity.name)
  const history = useInfiniteQuery({
    queryKey: ['timeline', entity.name, record.id, 'history'],
    queryFn: ({ pageParam, signal }) =>
      space.get<{ data: Entry[]; next?: string | null }>(
        `/records/${entity.name}/${record.id}/history?limit=50${pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ''}`,
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
  const undo = useTakeBack()
  if (history.isPending) return <Skeleton />
  if (history.isError) return <Failure error={history.error} retry={() => history.refetch()} />
  const entries = history.data.pages.flatMap((page) => page.data)
  if (!entries.length) return <State icon={Clock} title={t('record.no_history')} />
  return (
    <>
      <ol className="divide-y">
        {entries.map((entry, index) => {
          const change = entry.change ?? entry
          const actor = change.actor ?? entry.actor
          return (
            <li key={`${change.change_set}-${index}`} className="flex gap-3 py-3">
              <Avatar name={actor?.title ?? '·'} className="mt-0.5" />
              <div className="min-w-0 flex-1">
                <p className="mb-1 text-xs text-muted">
                  <span className="font-medium text-fg">{actor?.title ?? t('record.system')}</span>{' '}
                  {t(`record.did.${didOf(change.op)}`)}
                  <time className="num ml-2 text-subtle">{moment(entry.at ?? change.at ?? '', locale)}</time>
                  {change.via && (
                    <span className="ml-2 text-subtle">
                      {t(`record.via.${change.via}`, { defaultValue: change.via })}
                    </span>
                  )}
                </p>
                {change.reason && <p className="mb-1 text-xs text-muted">{change.reason}</p>}
                {change.fields && change.op !== 'create' && <FieldChanges entity={entity} changes={change.fields} />}
              </div>
              {allows(rights.update) && change.change_set && change.op === 'update' && (
                <Button
                  size="sm"
                  variant="ghost"
                  disabled={undo.isPending}
                  onClick={() => undo.mutate(change.change_set)}
                >
                  <Undo2 /> {t('ui.undo')}
                </Button>
              )}
            </li>
          )
        })}
      </ol>
      {history.hasNextPage && (
        <Button className="mt-3" onClick={() => history.fetchNextPage()}>
          {t('record.load_more')}
        </Button>
      )}
    </>
  )
}

const known = ['create', 'update', 'delete', 'restore', 'undo'] as const

/** The word for a kind of change; one that this version does not know is a change like any other. */
export const didOf = (op: string | undefined) => known.find((name) => name === op) ?? 'update'
