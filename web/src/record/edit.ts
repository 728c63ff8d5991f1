import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { messageOf, Problem } from '@/api/problem'
import { queryClient, recordQuery, renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Field, Rec } from '@/api/types'
import { fieldOf, useLabel } from '@/record/catalog'
import { inWords } from '@/record/text'
import { useLocale } from '@/ui/format'
import { toast, toastFailure } from '@/ui/toast'
import { toWrite } from './fields/registry'
import { patchLists } from './list/blocks'

/** Offers to take a write back for as long as its message stands. */
export function useUndo() {
  const { t } = useTranslation()
  return (title: string, changeSet: string | undefined, object?: string) => {
    if (!changeSet) return toast(title)
    toast(title, {
      label: t('ui.undo'),
      run: () =>
        void records.undo(changeSet).then(
          () => {
            renew(object)
            toast(t('record.undone'))
          },
          (error: Error) => toastFailure(error.message),
        ),
    })
  }
}

type Draft = { record: Rec; fields: Record<string, unknown> }

/**
 * Saves fields of a record where they stand: shown at once, merged by the server with what others changed meanwhile.
 * Where another has changed the same field, both values are named and one of them is chosen.
 */
export function useEdit(entity: Entity) {
  const { t } = useTranslation()
  const label = useLabel()
  const locale = useLocale()
  const undo = useUndo()
  const show = (record: Rec, fields: Partial<Rec>) => {
    patchLists(entity.name, record.id, fields)
    queryClient.setQueryData<Rec>(
      recordQuery(entity.name, record.id).queryKey,
      (known) => known && ({ ...known, ...fields } as Rec),
    )
  }
  const mutation = useMutation({
    mutationFn: ({ record, fields }: Draft) => {
      const body = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, toWrite(fieldOf(entity, name) as Field, value)]),
      )
      return records.update(entity.name, record.id, record.version, body)
    },
    onMutate: ({ record, fields }) => show(record, fields),
    onSuccess: ({ data, changeSet }, { record, fields }) => {
      show(record, data ?? {})
      const names = Object.keys(fields)
        .map((name) => label(fieldOf(entity, name)?.label))
        .join(t('ui.comma'))
      undo(t('record.saved_field', { name: names }), changeSet, entity.name)
      renew(entity.name)
    },
    onError: (error, { record, fields }) => {
      show(record, Object.fromEntries(Object.keys(fields).map((name) => [name, record[name] ?? null])))
      if (error instanceof Problem && error.status === 412) return conflict(error, record, fields)
      toastFailure(messageOf(error))
    },
  })

  /** Someone else was quicker: theirs stands unless one insists. */
  function conflict(problem: Problem, record: Rec, fields: Record<string, unknown>) {
    const theirs = (problem.body.theirs ?? {}) as Record<string, unknown>
    const words = (field: Field, value: unknown) => inWords(field, value, { label, locale, blank: t('record.blank') })
    const text = Object.keys(fields).map((name) => {
      const field = fieldOf(entity, name) as Field
      const said = { name: label(field.label), yours: words(field, fields[name]) }
      return name in theirs
        ? t('record.conflict', { ...said, theirs: words(field, theirs[name]) })
        : t('record.conflict_unseen', said)
    })
    renew(entity.name)
    toastFailure(text.join(' '), {
      label: t('record.keep_mine'),
      run: () => {
        const version = Number(problem.body.version)
        const go = (fresh: Rec) => mutation.mutate({ record: fresh, fields })
        if (Number.isInteger(version)) go({ ...record, version })
        else void records.get(entity.name, record.id).then(go, (error: Error) => toastFailure(error.message))
      },
    })
  }
  return mutation
}

/** Puts records into the recycle bin, from which they come back for thirty days. */
export function useRemove(object: string) {
  const { t } = useTranslation()
  const undo = useUndo()
  return useMutation({
    mutationFn: (record: Rec) => records.remove(object, record.id),
    onSuccess: ({ changeSet }) => {
      undo(t('record.deleted'), changeSet, object)
      renew(object)
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
}
