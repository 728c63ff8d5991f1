import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Entity, Rec } from '@/api/types'
import { fieldOf } from '@/record/catalog'
import { isEmpty } from '@/record/fields/registry'
import { Value } from '@/record/fields/value'
import { cn } from '@/ui/cn'
import { Thread } from './comment'
import { Due, TaskBox } from './task'

/** An activity on a timeline: what was said, what came of it, what is to be done, and the talk about it. */
export default function ActivityEntry({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const task = record.kind === 'task'
  const done = task && record.status !== 'open'
  const outcome = fieldOf(entity, 'outcome')
  const duration = Number(record.duration)
  const subject = typeof record.subject === 'string' ? record.subject : ''
  const body = typeof record.body === 'string' ? record.body : ''
  return (
    <div className="mt-1">
      <div className="rounded-lg border px-3 py-2">
        <div className="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1">
          {task && <TaskBox entity={entity} task={record} />}
          <Link
            to="/w/$workspace/$object/$id"
            params={{ workspace, object: entity.name, id: record.id }}
            className={cn(
              'min-w-0 truncate text-sm font-medium hover:text-primary-text hover:underline',
              done && 'text-muted line-through',
            )}
          >
            {subject || t('activity.open')}
          </Link>
          {outcome && !isEmpty(record.outcome) && <Value field={outcome} value={record.outcome} />}
          {duration > 0 && <span className="num text-xs text-muted">{t('activity.took', { n: duration })}</span>}
          {task && !isEmpty(record.due_at) && (
            <span className="ml-auto shrink-0 text-xs text-muted">
              <Due value={String(record.due_at)} done={done} />
            </span>
          )}
        </div>
        {body && body !== subject && <p className="mt-1 text-sm break-words whitespace-pre-wrap text-muted">{body}</p>}
      </div>
      <Thread object="activity" id={record.id} />
    </div>
  )
}
