import { useMutation } from '@tanstack/react-query'
import { ArrowLeft, RotateCcw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Rec } from '@/api/types'
import { allows, titleOf, useLabel, useRights } from '@/record/catalog'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { moment, useLocale } from '@/ui/format'
import { Failure, Skeleton, State } from '@/ui/states'
import { toast, toastFailure } from '@/ui/toast'
import { useBlocks } from './blocks'

/** The recycle bin of an object: everything deleted in the last thirty days comes back with one click. */
export function Bin({ entity, onLeave }: { entity: Entity; onLeave: () => void }) {
  const { t } = useTranslation()
  const label = useLabel()
  const locale = useLocale()
  const rights = useRights(entity.name)
  const [shown, setShown] = useState(50)
  const [doomed, setDoomed] = useState<Rec>()
  const { head, total, row } = useBlocks(
    entity.name,
    { deleted: 'only', sort: '-updated_at', fields: [entity.title_field] },
    0,
    shown,
  )
  const restore = useMutation({
    mutationFn: (record: Rec) => records.restore(entity.name, record.id),
    onSuccess: () => {
      toast(t('record.restored'))
      renew(entity.name)
    },
    onError: (error: Error) => toastFailure(error.message),
  })
  const purge = useMutation({
    mutationFn: (record: Rec) => records.purge(entity.name, record.id),
    onSuccess: () => {
      setDoomed(undefined)
      renew(entity.name)
    },
    onError: (error: Error) => toastFailure(error.message),
  })
  const list = Array.from({ length: Math.min(shown, total) }, (_, index) => row(index)).filter(
    (record) => record !== undefined,
  )
  return (
    <div className="flex h-full flex-col bg-surface">
      <div className="flex items-center gap-2 border-b px-4 py-3">
        <Button variant="ghost" size="icon" aria-label={t('ui.back')} onClick={onLeave}>
          <ArrowLeft />
        </Button>
        <h1 className="text-xl font-semibold">{t('record.bin_of', { name: label(entity.plural) })}</h1>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {head.isPending && <Skeleton className="p-5" lines={5} />}
        {head.isError && <Failure error={head.error} retry={() => head.refetch()} />}
        {head.data && total === 0 && <State icon={Trash2} title={t('record.bin_empty')} text={t('record.bin_text')} />}
        <ul className="mx-auto max-w-3xl divide-y px-5">
          {list.map((record) => (
            <li key={record.id} className="flex min-h-12 items-center gap-3 py-1.5">
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{titleOf(entity, record)}</span>
                {record.updated_at && (
                  <span className="num text-xs text-subtle">{moment(record.updated_at, locale)}</span>
                )}
              </span>
              <Button size="sm" disabled={restore.isPending} onClick={() => restore.mutate(record)}>
                <RotateCcw /> {t('record.restore')}
              </Button>
              {allows(rights.delete) && (
                <Button size="sm" variant="ghost" className="text-bad" onClick={() => setDoomed(record)}>
                  {t('record.purge')}
                </Button>
              )}
            </li>
          ))}
        </ul>
        {shown < total && (
          <div className="grid place-items-center p-4">
            <Button onClick={() => setShown(shown + 100)}>{t('record.load_more')}</Button>
          </div>
        )}
      </div>
      <Dialog
        open={!!doomed}
        onOpenChange={(open) => !open && setDoomed(undefined)}
        size="sm"
        title={t('record.purge_title', { name: doomed ? titleOf(entity, doomed) : '' })}
        description={t('record.purge_text')}
        foot={
          <>
            <Button onClick={() => setDoomed(undefined)}>{t('ui.cancel')}</Button>
            <Button variant="danger" disabled={purge.isPending} onClick={() => doomed && purge.mutate(doomed)}>
              {t('record.purge')}
            </Button>
          </>
        }
      />
    </div>
  )
}
