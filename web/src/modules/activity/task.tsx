import { useMutation } from '@tanstack/react-query'
import { Check, RotateCcw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Field, Rec } from '@/api/types'
import { allows, titleOf, useRights } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Checkbox } from '@/ui/control'
import { ago, moment, useLocale } from '@/ui/format'
import { toastFailure } from '@/ui/toast'
import { urgency } from './due'

/** Ends a task, or takes it up again. */
export function useTask(entity: Entity) {
  const { t } = useTranslation()
  const undo = useUndo()
  return useMutation({
    mutationFn: (task: Rec) =>
      records
        .act(entity.name, task.id, task.status === 'open' ? 'complete' : 'reopen')
        .then((answer) => ({ ...answer, task })),
    onSuccess: ({ changeSet, task }) => {
      renew()
      undo(t(task.status === 'open' ? 'activity.completed' : 'activity.reopened'), changeSet)
    },
    onError: (error: Error) => toastFailure(error.message),
  })
}

export function TaskBox({ entity, task }: { entity: Entity; task: Rec }) {
  const { t } = useTranslation()
  const rights = useRights(entity.name)
  const end = useTask(entity)
  return (
    <Checkbox
      checked={task.status === 'done'}
      disabled={end.isPending || task.status === 'cancelled' || !allows(rights.update)}
      label={t('activity.complete_task', { name: titleOf(entity, task) })}
      onChange={() => end.mutate(task)}
    />
  )
}

/** When something is due, in red when it is late and nobody has done it. */
export function Due({ value, done }: { value: string; done: boolean }) {
  const locale = useLocale()
  const pressing = done ? null : urgency(value, locale)
  return (
    <time
      dateTime={value}
      title={ago(value, locale)}
      className={cn('num truncate', pressing === 'late' && 'font-medium text-bad', pressing === 'today' && 'text-warn')}
    >
      {moment(value, locale)}
    </time>
  )
}

export const TaskDue = ({ record }: { field: Field; record: Rec }) => (
  <Due value={String(record.due_at)} done={record.status !== undefined && record.status !== 'open'} />
)

/** Among the buttons of a task: done, or once more. */
export default function TaskActions({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const rights = useRights(entity.name)
  const end = useTask(entity)
  if (record.kind !== 'task' || !allows(rights.update)) return null
  return (
    <Button
      variant={record.status === 'open' ? 'primary' : 'outline'}
      disabled={end.isPending}
      onClick={() => end.mutate(record)}
    >
      {record.status === 'open' ? <Check /> : <RotateCcw />}
      {t(record.status === 'open' ? 'activity.complete' : 'activity.reopen')}
    </Button>
  )
}
