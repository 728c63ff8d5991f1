import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { SquareCheck } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { pageQuery } from '@/api/queries'
import type { Entity, Filter, LinkValue } from '@/api/types'
import { allows, fieldOf, titleOf, useEntity, useRights } from '@/record/catalog'
import { LinkName } from '@/record/fields/linked'
import { useCreate } from '@/record/form/create'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { useLocale } from '@/ui/format'
import { Panel } from '@/ui/panel'
import { Failure, Skeleton, State } from '@/ui/states'
import { urgency } from './due'
import { Due, TaskBox } from './task'

const open: Filter[] = [
  { field: 'owner', op: 'eq', value: 'me' },
  { field: 'kind', op: 'in', value: ['task'] },
  { field: 'status', op: 'in', value: ['open'] },
]

/** The open tasks of the person: what is late, what is due today, and what comes after. */
export default function MyTasks() {
  const activity = useEntity('activity')
  const rights = useRights('activity')
  if (!activity || !allows(rights.read) || !fieldOf(activity, 'due_at')) return null
  return <Tasks activity={activity} mayAdd={rights.create} />
}

function Tasks({ activity, mayAdd }: { activity: Entity; mayAdd: boolean }) {
  const { t } = useTranslation()
  const create = useCreate()
  const locale = useLocale()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const fields = ['subject', 'kind', 'status', 'due_at', 'customer', 'deal', 'priority']
  // The moment stays, so that the questions do; it moves on with the next visit.
  const [now] = useState(() => new Date().toISOString())
  const passed: Filter = { field: 'due_at', op: 'lt', value: now }
  const late = useQuery(pageQuery('activity', { filter: { and: [...open, passed] }, sort: 'due_at', limit: 6, fields }))
  const ahead = useQuery(
    pageQuery('activity', { filter: { and: [...open, { not: passed }] }, sort: 'due_at', limit: 12, fields }),
  )
  const rows = ahead.data?.data ?? []
  const today = rows.filter((task) => task.due_at && urgency(String(task.due_at), locale, now) === 'today')
  const later = rows.filter((task) => !today.includes(task)).slice(0, 6)
  const total = late.data && ahead.data && late.data.total + ahead.data.total
  const error = late.error ?? ahead.error
  const groups = [
    { name: 'late' as const, list: late.data?.data ?? [], count: late.data?.total ?? 0 },
    { name: 'today' as const, list: today, count: today.length },
    { name: 'later' as const, list: later, count: (ahead.data?.total ?? 0) - today.length },
  ]
  return (
    <Panel
      title={t('activity.my_tasks')}
      count={total}
      action={
        <Link
          to="/w/$workspace/$object"
          params={{ workspace, object: 'activity' }}
          search={{ filter: { and: open }, sort: 'due_at' }}
          className="text-xs text-primary-text hover:underline"
        >
          {t('record.show_all')}
        </Link>
      }
    >
      {error ? (
        <Failure
          error={error}
          retry={() => {
            void late.refetch()
            void ahead.refetch()
          }}
          className="py-6"
        />
      ) : (
        total === undefined && <Skeleton className="p-4" lines={4} />
      )}
      {total === 0 && (
        <State
          icon={SquareCheck}
          title={t('activity.no_tasks')}
          text={t('activity.no_tasks_text')}
          className="py-8"
          action={
            mayAdd && (
              <Button onClick={() => create('activity', { kind: 'task' }, () => undefined)}>
                {t('activity.new_task')}
              </Button>
            )
          }
        />
      )}
      {groups.map(
        ({ name, list, count }) =>
          list.length > 0 && (
            <Group key={name} title={t(`activity.when.${name}`)} bad={name === 'late'} count={count}>
              {list.map((task) => (
                <li key={task.id} className="flex min-h-10 items-center gap-3 px-4 py-1.5 text-sm hover:bg-hover">
                  <TaskBox entity={activity} task={task} />
                  <Link
                    to="/w/$workspace/$object/$id"
                    params={{ workspace, object: 'activity', id: task.id }}
                    className="min-w-0 flex-1 truncate hover:text-primary-text"
                  >
                    {titleOf(activity, task)}
                  </Link>
                  {task.customer ? (
                    <span className="flex min-w-0 max-w-40 text-xs text-muted max-sm:hidden">
                      <LinkName value={task.customer as LinkValue} object="customer" />
                    </span>
                  ) : null}
                  {task.due_at ? (
                    <span className="shrink-0 text-xs text-muted">
                      <Due value={String(task.due_at)} done={false} />
                    </span>
                  ) : null}
                </li>
              ))}
            </Group>
          ),
      )}
    </Panel>
  )
}

function Group({ title, bad, count, children }: { title: string; bad: boolean; count: number; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className={cn('px-4 pt-2.5 pb-1 text-xs', bad ? 'font-medium text-bad' : 'text-subtle')}>
        {title} <span className="num">{count}</span>
      </h3>
      <ul className="divide-y">{children}</ul>
    </section>
  )
}
