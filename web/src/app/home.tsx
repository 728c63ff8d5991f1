import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { pageQuery } from '@/api/queries'
import type { Entity, Filter } from '@/api/types'
import { allows, fieldOf, useEntity, useLabel, useMe } from '@/record/catalog'
import { iconOf } from '@/record/icons'
import { integer, toLocalInput, useLocale } from '@/ui/format'
import { Skeleton } from '@/ui/states'
import { modules } from './modules'

const parts = modules.flatMap((module) => module.home ?? [])

/** Where the day begins: what is to be done, what is mine, what moved last. */
export default function Home() {
  const { t } = useTranslation()
  const me = useMe()
  const hour = Number(toLocalInput(new Date().toISOString(), useLocale()).slice(11, 13))
  const part = hour < 5 ? 'evening' : hour < 11 ? 'morning' : hour < 13 ? 'noon' : hour < 18 ? 'afternoon' : 'evening'
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
          {parts.map((part) => (
            <Suspense key={part.name} fallback={<Skeleton className="p-4" lines={5} />}>
              <part.Component />
            </Suspense>
          ))}
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
