import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { SquareCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { pageQuery } from '@/api/queries'
import type { Entity, Filter, Question } from '@/api/types'
import { allows, fieldOf, titleOf, useEntity, useLabel, useMe } from '@/record/catalog'
import { Value } from '@/record/fields/value'
import { iconOf } from '@/record/icons'
import { integer, useLocale } from '@/ui/format'
import { Failure, Skeleton, State } from '@/ui/states'

/** Where the day begins: what is to be done, what is mine, what moved last. */
export default function Home() {
  const { t } = useTranslation()
  const me = useMe()
  const hour = new Date().getHours()
  const part = hour < 11 ? 'morning' : hour < 13 ? 'noon' : hour < 18 ? 'afternoon' : 'evening'
  return (
    <div className="@container h-full overflow-y-auto">
      <div className="mx-auto max-w-5xl px-5 py-6">
        <h1 className="text-xl font-semibold">{t(`app.home.${part}`, { name: me.user.name })}</h1>
        <div className="mt-5 grid grid-cols-2 gap-3 @2xl:grid-cols-4">
          {['customer', 'lead', 'deal', 'ticket'].map((name) => (
            <Mine key={name} object={name} />
          ))}
        </div>
        <div className="mt-6 grid gap-6 @3xl:grid-cols-2">
          <Tasks />
          <Recent object="customer" />
        </div>
      </div>
    </div>
  )
}

function Mine({ object }: { object: string }) {
  const entity = useEntity(object)
  const me = useMe()
  if (!entity || !allows(me.rights[object]?.read) || !fieldOf(entity, 'owner')) return null
  return <MineCard entity={entity} />
}

const mine: Filter = { field: 'owner', op: 'eq', value: 'me' }

function MineCard({ entity }: { entity: Entity }) {
  const { t } = useTranslation()
  const label = useLabel()
  const locale = useLocale()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const page = useQuery(pageQuery(entity.name, { filter: mine, limit: 1, fields: [entity.title_field] }))
  const Icon = iconOf(entity)
  return (
    <Link
      to="/w/$workspace/$object"
      params={{ workspace, object: entity.name }}
      search={{ filter: { and: [mine] } }}
      className="rounded-lg border bg-surface p-4 shadow-card hover:border-line-strong"
    >
      <span className="flex items-center gap-1.5 text-xs text-muted">
        <Icon className="size-3.5" /> {label(entity.plural)}
      </span>
      <span className="num mt-1 block h-8 text-2xl font-semibold">
        {page.data ? (
          integer(page.data.total, locale)
        ) : page.isError ? (
          '–'
        ) : (
          <span className="skeleton block h-6 w-14" />
        )}
      </span>
      <span className="text-xs text-subtle">{t('app.home.mine')}</span>
    </Link>
  )
}

/** The open tasks of the person, those due first on top. */
function Tasks() {
  const { t } = useTranslation()
  const activity = useEntity('activity')
  if (!activity) return null
  const due = activity.fields.find((field) => /^due/.test(field.name))
  const status = activity.fields.find((field) => ['status', 'state'].includes(field.name) && field.kind === 'choice')
  const done = activity.fields.find((field) => ['done', 'done_at', 'completed_at'].includes(field.name))
  const open: Filter[] = [mine, { field: 'kind', op: 'in', value: ['task'] }]
  if (status)
    open.push({
      field: status.name,
      op: 'nin',
      value: ['done', 'completed', 'cancelled', 'canceled', 'closed'].filter((name) =>
        status.options?.some((option) => option.name === name),
      ),
    })
  else if (done)
    open.push(
      done.kind === 'boolean'
        ? { not: { field: done.name, op: 'eq', value: true } }
        : { field: done.name, op: 'empty' },
    )
  return (
    <Panel
      title={t('app.home.tasks')}
      entity={activity}
      question={{
        filter: {
          and: open.filter((part) => !('value' in part && Array.isArray(part.value) && part.value.length === 0)),
        },
        ...(due ? { sort: due.name } : {}),
        limit: 8,
        fields: [activity.title_field, ...(due ? [due.name] : [])],
      }}
      side={due?.name}
      empty={
        <State icon={SquareCheck} title={t('app.home.no_tasks')} text={t('app.home.no_tasks_text')} className="py-6" />
      }
    />
  )
}

function Recent({ object }: { object: string }) {
  const { t } = useTranslation()
  const entity = useEntity(object)
  if (!entity) return null
  return (
    <Panel
      title={t('app.home.recent')}
      entity={entity}
      question={{
        sort: '-updated_at',
        limit: 8,
        fields: [entity.title_field, ...(fieldOf(entity, 'owner') ? ['owner'] : [])],
      }}
      side="owner"
    />
  )
}

function Panel({
  title,
  entity,
  question,
  side,
  empty,
}: {
  title: string
  entity: Entity
  question: Question
  side?: string | undefined
  empty?: ReactNode
}) {
  const { t } = useTranslation()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const page = useQuery(pageQuery(entity.name, question))
  const field = side ? fieldOf(entity, side) : undefined
  return (
    <section aria-label={title}>
      <div className="mb-2 flex items-center">
        <h2 className="flex-1 text-base font-semibold">{title}</h2>
        <Link
          to="/w/$workspace/$object"
          params={{ workspace, object: entity.name }}
          search={question.filter ? { filter: question.filter } : {}}
          className="text-xs text-primary-text hover:underline"
        >
          {t('app.home.all_tasks')}
        </Link>
      </div>
      <div className="rounded-lg border bg-surface shadow-card">
        {page.isPending && <Skeleton className="p-4" lines={4} />}
        {page.isError && <Failure error={page.error} retry={() => page.refetch()} className="py-6" />}
        {page.data?.total === 0 && (empty ?? <p className="p-6 text-center text-sm text-muted">{t('ui.nothing')}</p>)}
        <ul className="divide-y">
          {page.data?.data.map((record) => (
            <li key={record.id}>
              <Link
                to="/w/$workspace/$object/$id"
                params={{ workspace, object: entity.name, id: record.id }}
                className="flex min-h-10 items-center gap-3 px-3 py-1.5 text-sm hover:bg-hover"
              >
                <span className="min-w-0 flex-1 truncate">{titleOf(entity, record)}</span>
                {field && (
                  <span className="shrink-0 text-xs text-muted">
                    <Value field={field} value={record[field.name]} />
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}
