import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { SquareCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { pageQuery } from '@/api/queries'
import type { Entity, Filter, LinkValue, Rec } from '@/api/types'
import { allows, fieldOf, titleOf, useEntity, useRights } from '@/record/catalog'
import { LinkName } from '@/record/fields/linked'
import { useCreate } from '@/record/form/create'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Panel } from '@/ui/panel'
import { Failure, Skeleton, State } from '@/ui/states'
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
  const { workspace } = useParams({ from: '/w/$workspace' })
  const fields = ['subject', 'kind', 'status', 'due_at', 'customer', 'deal', 'priority']
  const tasks = useQuery(pageQuery('activity', { filter: { and: open }, sort: 'due_at', limit: 50, fields }))
  const rows = tasks.data?.data ?? []
  const now = Date.now()
  const midnight = new Date(now).setHours(24, 0, 0, 0)
  const due = (task: Rec) => (task.due_at ? Date.parse(String(task.due_at)) : Number.POSITIVE_INFINITY)
  const groups = [
    { name: 'late' as const, list: rows.filter((task) => due(task) < now) },
    { name: 'today' as const, list: rows.filter((task) => due(task) >= now && due(task) < midnight) },
    { name: 'later' as const, list: rows.filter((task) => due(task) >= midnight).slice(0, 6) },
  ]
  return (
    <Panel
      title={t('activity.my_tasks')}
      count={tasks.data?.total}
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
      {tasks.isPending && <Skeleton className="p-4" lines={4} />}
      {tasks.isError && <Failure error={tasks.error} retry={() => tasks.refetch()} className="py-6" />}
      {tasks.data && !rows.length && (
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
        ({ name, list }) =>
          list.length > 0 && (
            <Group key={name} title={t(`activity.when.${name}`)} bad={name === 'late'} count={list.length}>
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
                    <span className="min-w-0 max-w-40 truncate text-xs text-muted max-sm:hidden">
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
