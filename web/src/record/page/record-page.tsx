import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { ArrowLeft, MoreHorizontal, Pencil, Trash2 } from 'lucide-react'
import { Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { recordQuery } from '@/api/queries'
import type { Entity, Rec } from '@/api/types'
import { allows, titleOf, useCatalog, useEntity, useLabel, useMe, useRights } from '@/record/catalog'
import { useRemove } from '@/record/edit'
import { LargeSign } from '@/record/fields/sign'
import { RecordForm } from '@/record/form/form'
import { useFace } from '@/record/module'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Tabs } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { day, moment, useLocale } from '@/ui/format'
import { useHotkeys } from '@/ui/hotkeys'
import { Menu, MenuItem } from '@/ui/menu'
import { Failure, Skeleton } from '@/ui/states'
import { Facts, KeyFacts } from './facts'
import { History } from './history'
import { Related, type Relation, relationsOf } from './related'
import { Timeline } from './timeline'

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

export default function RecordPage() {
  const { object, id } = useParams({ from: '/w/$workspace/$object/$id' })
  const entity = useEntity(object)
  const record = useQuery({ ...recordQuery(object, id), enabled: !!entity && uuid.test(id) })
  if (!entity || !uuid.test(id)) return <Failure page error={{ status: 404 }} />
  if (record.isPending) return <Skeleton lines={9} className="mx-auto max-w-4xl px-6 py-8" />
  if (record.isError) return <Failure page error={record.error} retry={() => record.refetch()} />
  return <Page key={id} entity={entity} record={record.data} />
}

function Page({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const label = useLabel()
  const navigate = useNavigate()
  const { objects } = useCatalog()
  const me = useMe()
  const search = useSearch({ from: '/w/$workspace/$object/$id' })
  const { workspace } = useParams({ from: '/w/$workspace/$object/$id' })
  const { Headline, Main } = useFace(entity.name)
  const relations = relationsOf(
    entity,
    objects.filter((other) => allows(me.rights[other.name]?.read)),
  )
  const tab = search.tab ?? 'timeline'
  const relation = relations.find((entry) => entry.key === tab)
  const aside = tab === 'details'
  const panel = tab === 'history' || aside ? tab : 'timeline'
  /** Records of the same object that lead here stand below it. */
  const nameOf = ({ entity: other }: Relation) =>
    other.name === entity.name ? t('record.below', { name: label(other.plural) }) : label(other.plural)
  const show = (next: string) =>
    void navigate({ to: '.', search: next === 'timeline' ? {} : { tab: next }, replace: true })
  return (
    <article className="@container flex h-full flex-col bg-surface">
      <Header entity={entity} record={record} />
      <div className="min-h-0 flex-1 overflow-y-auto @4xl:grid @4xl:grid-cols-[minmax(300px,360px)_minmax(0,1fr)] @4xl:overflow-hidden">
        <aside aria-label={t('record.details')} className="hidden border-r px-5 py-4 @4xl:block @4xl:overflow-y-auto">
          <Facts entity={entity} record={record} />
        </aside>
        <div className="flex min-w-0 flex-col @4xl:overflow-y-auto">
          <Suspense fallback={<Skeleton className="p-5" />}>
            {Headline && (
              <div className="px-5 pt-4">
                <Headline entity={entity} record={record} />
              </div>
            )}
            {Main && (
              <div className="px-5 pt-4">
                <Main entity={entity} record={record} />
              </div>
            )}
          </Suspense>
          <Tabs
            className="sticky top-0 z-10 shrink-0 bg-surface px-5 pt-2 max-sm:px-3"
            label={t('record.views_of', { name: label(entity.label) })}
            value={tab}
            onChange={show}
            tabs={[
              {
                value: 'timeline',
                label: t('record.timeline'),
                className: aside ? '@4xl:border-primary @4xl:text-fg' : '',
              },
              // Where there is room the details stand beside the tabs.
              { value: 'details', label: t('record.details'), className: '@4xl:hidden' },
              ...relations.map((entry: Relation) => ({ value: entry.key, label: nameOf(entry) })),
              { value: 'history', label: t('record.history') },
            ]}
          />
          <div
            role="tabpanel"
            aria-label={relation ? nameOf(relation) : t(`record.${panel}`)}
            className="min-w-0 flex-1 px-5 py-4 max-sm:px-3"
          >
            {aside && (
              <div className="@4xl:hidden">
                <Facts entity={entity} record={record} />
              </div>
            )}
            {relation ? (
              <Related relation={relation} record={record} entity={entity} workspace={workspace} />
            ) : panel === 'history' ? (
              <History entity={entity} record={record} />
            ) : (
              <div className={cn(aside && 'hidden @4xl:block')}>
                <Timeline entity={entity} record={record} />
              </div>
            )}
          </div>
        </div>
      </div>
    </article>
  )
}

function Header({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const label = useLabel()
  const locale = useLocale()
  const navigate = useNavigate()
  const rights = useRights(entity.name)
  const remove = useRemove(entity.name)
  const { Actions, Form } = useFace(entity.name)
  const { workspace } = useParams({ from: '/w/$workspace/$object/$id' })
  const [editing, setEditing] = useState(false)
  const title = titleOf(entity, record)
  const toList = () => navigate({ to: '/w/$workspace/$object', params: { workspace, object: entity.name } })
  useHotkeys({
    e: (event) => {
      if (!allows(rights.update)) return
      event.preventDefault()
      setEditing(true)
    },
  })
  const props = { entity, record, onDone: () => setEditing(false), onCancel: () => setEditing(false) }
  return (
    <header className="border-b px-5 py-3 max-sm:px-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Button variant="ghost" size="icon" className="-ml-2" aria-label={label(entity.plural)} onClick={toList}>
          <ArrowLeft />
        </Button>
        <LargeSign entity={entity} title={title} />
        <div className="min-w-0 flex-1 basis-40 max-sm:basis-32">
          <h1 className="text-xl leading-7 font-semibold break-words max-sm:line-clamp-2 max-sm:text-lg max-sm:leading-6 sm:truncate">
            {title}
          </h1>
          <p className="num text-xs text-subtle">
            {label(entity.label)}
            {record.created_at && (
              <>
                {' · '}
                <span className="whitespace-nowrap sm:hidden">
                  {t('record.created_at', { time: day(record.created_at, locale) })}
                </span>
                <span className="max-sm:hidden">
                  {t('record.created_at', { time: moment(record.created_at, locale) })}
                </span>
              </>
            )}
          </p>
        </div>
        <div className="flex items-center gap-2">
          <Suspense>{Actions && <Actions entity={entity} record={record} />}</Suspense>
          {allows(rights.update) && (
            <Button onClick={() => setEditing(true)}>
              <Pencil /> <span className="max-sm:sr-only">{t('ui.edit')}</span>
            </Button>
          )}
          {allows(rights.delete) && (
            <Menu
              trigger={
                <Button variant="ghost" size="icon" aria-label={t('ui.more')}>
                  <MoreHorizontal />
                </Button>
              }
            >
              <MenuItem danger onClick={() => remove.mutate(record, { onSuccess: () => void toList() })}>
                <Trash2 /> {t('ui.delete')}
              </MenuItem>
            </Menu>
          )}
        </div>
      </div>
      <KeyFacts entity={entity} record={record} />
      <Dialog open={editing} onOpenChange={setEditing} size="lg" title={t('record.edit_one', { name: title })}>
        <Suspense fallback={<Skeleton lines={6} />}>{Form ? <Form {...props} /> : <RecordForm {...props} />}</Suspense>
      </Dialog>
    </header>
  )
}
