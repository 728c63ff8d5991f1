import { useMutation } from '@tanstack/react-query'
import { PencilLine, Trash2, UserRound, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { queryClient, renew } from '@/api/queries'
import type { Entity, Field, Filter, LinkValue } from '@/api/types'
import { allows, editable, fieldOf, useLabel, useRights, writable } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { isEmpty, toWrite } from '@/record/fields/registry'
import { Editor } from '@/record/fields/value'
import { Button } from '@/ui/button'
import { Labeled, Select } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { integer, useLocale } from '@/ui/format'
import { toast, toastFailure } from '@/ui/toast'

type Operation = { method: 'PATCH' | 'DELETE'; object: string; id: string; body?: Record<string, unknown> }

/**
 * What may be done with the records selected, all of them in one change set that can be undone. All that the filter
 * finds can be taken instead of those in sight; that is a job, which goes on when one leaves.
 */
export function SelectionBar({
  entity,
  selected,
  filter,
  total = 0,
  clear,
}: {
  entity: Entity
  selected: Set<string>
  filter: Filter | undefined
  total: number | undefined
  clear: () => void
}) {
  const { t } = useTranslation()
  const rights = useRights(entity.name)
  const undo = useUndo()
  const [assigning, setAssigning] = useState(false)
  const [editing, setEditing] = useState(false)
  const [owner, setOwner] = useState<LinkValue | null>(null)
  const [wide, setWide] = useState<string>()
  const locale = useLocale()
  const field: Field | undefined = fieldOf(entity, 'owner')
  const asked = JSON.stringify(filter ?? null)
  // Another filter finds other records: what was said of the one before does not hold for it.
  const every = wide === asked

  const bulk = useMutation({
    mutationFn: (operations: Operation[]) =>
      space.post<{ data: { status: number }[] }>('/bulk', { atomic: operations.length <= 100, operations }),
    onSuccess: ({ data, changeSet }, operations) => {
      const failed = data?.data?.filter((answer) => answer.status >= 400).length ?? 0
      if (failed) toastFailure(t('record.bulk_partly', { count: failed }))
      undo(t('record.bulk_done', { count: operations.length - failed }), changeSet, entity.name)
      renew(entity.name)
      clear()
    },
    onError: (error: Error) => toastFailure(error.message),
  })
  const mass = useMutation({
    mutationFn: (values: Record<string, unknown> | undefined) =>
      space.post(values ? '/jobs/update' : '/jobs/delete', {
        object: entity.name,
        ...(filter ? { filter } : {}),
        ...(values ? { values } : {}),
      }),
    onSuccess: () => {
      toast(t('record.job_begun'))
      void queryClient.invalidateQueries({ queryKey: ['jobs'] })
      setWide(undefined)
      clear()
    },
    onError: (error: Error) => toastFailure(error.message),
  })
  const ids = [...selected]
  if (!ids.length) return null
  const count = every ? total : ids.length
  const update = (values: Record<string, unknown>) =>
    every
      ? mass.mutate(values)
      : bulk.mutate(ids.map((id) => ({ method: 'PATCH', object: entity.name, id, body: values })))
  const remove = () =>
    every ? mass.mutate(undefined) : bulk.mutate(ids.map((id) => ({ method: 'DELETE', object: entity.name, id })))
  const leave = () => {
    setWide(undefined)
    clear()
  }
  const busy = bulk.isPending || mass.isPending
  return (
    <>
      <div
        role="toolbar"
        aria-label={t('record.selected', { count })}
        className="absolute bottom-4 left-1/2 z-20 flex -translate-x-1/2 items-center gap-1 rounded-xl bg-overlay p-1.5 shadow-pop"
      >
        <span className="num rounded-full bg-primary-soft px-2 py-0.5 text-xs whitespace-nowrap text-primary-text">
          {t('record.selected', { count })}
        </span>
        {!every && total > ids.length && (
          <Button size="sm" variant="ghost" onClick={() => setWide(asked)}>
            {t('record.select_matching', { n: integer(total, locale) })}
          </Button>
        )}
        {field && writable(field) && allows(rights.update) && (
          <Button size="sm" variant="ghost" onClick={() => setAssigning(true)}>
            <UserRound /> <span className="max-sm:sr-only">{t('record.assign')}</span>
          </Button>
        )}
        {allows(rights.update) && (
          <Button size="sm" variant="ghost" onClick={() => setEditing(true)}>
            <PencilLine /> <span className="max-sm:sr-only">{t('record.bulk_field')}</span>
          </Button>
        )}
        {allows(rights.delete) && (
          <Button size="sm" variant="ghost" disabled={busy} onClick={remove}>
            <Trash2 /> <span className="max-sm:sr-only">{t('ui.delete')}</span>
          </Button>
        )}
        <Button size="iconSm" variant="ghost" aria-label={t('record.deselect')} onClick={leave}>
          <X />
        </Button>
      </div>
      {editing && (
        <FieldDialog
          entity={entity}
          count={count}
          close={() => setEditing(false)}
          apply={(name, value) => {
            setEditing(false)
            const chosen = fieldOf(entity, name)
            if (chosen) update({ [name]: toWrite(chosen, value) })
          }}
        />
      )}
      {field && (
        <Dialog
          open={assigning}
          onOpenChange={setAssigning}
          size="sm"
          title={t('record.assign_to', { count })}
          foot={
            <>
              <Button onClick={() => setAssigning(false)}>{t('ui.cancel')}</Button>
              <Button
                variant="primary"
                disabled={!owner || busy}
                onClick={() => {
                  setAssigning(false)
                  update({ owner: toWrite(field, owner) })
                }}
              >
                {t('record.assign')}
              </Button>
            </>
          }
        >
          <Editor
            field={{ ...field, required: true }}
            aria-label={t('record.assign')}
            value={owner}
            onChange={(value) => setOwner(value as LinkValue | null)}
          />
        </Dialog>
      )}
    </>
  )
}

/** One value for one field of all that are selected; an empty one empties it. */
function FieldDialog({
  entity,
  count,
  apply,
  close,
}: {
  entity: Entity
  count: number
  apply: (field: string, value: unknown) => void
  close: () => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const fields = editable(entity, false).filter((field) => !field.unique && field.name !== entity.title_field)
  const [name, setName] = useState(fields[0]?.name ?? '')
  const [value, setValue] = useState<unknown>(null)
  const field = fieldOf(entity, name)
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      size="sm"
      title={t('record.bulk_field_of', { count })}
      foot={
        <>
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button
            variant="primary"
            disabled={!field || (!!field.required && isEmpty(value))}
            onClick={() => apply(name, value)}
          >
            {t('record.apply')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <Labeled label={t('record.field')}>
          {(ids) => (
            <Select
              {...ids}
              value={name}
              onChange={(event) => {
                setName(event.target.value)
                setValue(null)
              }}
            >
              {fields.map((entry) => (
                <option key={entry.name} value={entry.name}>
                  {label(entry.label)}
                </option>
              ))}
            </Select>
          )}
        </Labeled>
        {field && (
          <Labeled label={label(field.label)}>
            {(ids) => <Editor key={name} {...ids} field={field} value={value} onChange={setValue} />}
          </Labeled>
        )}
      </div>
    </Dialog>
  )
}
