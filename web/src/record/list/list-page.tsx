import { useParams } from '@tanstack/react-router'
import { Inbox, List, MoreHorizontal, Plus, SearchX, Trash2 } from 'lucide-react'
import { Suspense, useMemo, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity } from '@/api/types'
import { allows, fieldOf, useEntity, useLabel, useRights } from '@/record/catalog'
import { useCreate } from '@/record/form/create'
import { type Face, type ListAction, useFace, useListActions } from '@/record/module'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Segments } from '@/ui/control'
import { integer, useLocale } from '@/ui/format'
import { useHotkeys } from '@/ui/hotkeys'
import { Menu, MenuItem } from '@/ui/menu'
import { Failure, Skeleton, State } from '@/ui/states'
import { Bin } from './bin'
import { Cards } from './cards'
import { ColumnsButton, SortButton } from './columns'
import { Facets } from './facets'
import { countLeaves, FilterButton } from './filter'
import { Grid } from './grid'
import { useSaved } from './saved'
import { SelectionBar } from './selection'
import { complete, questionOf } from './state'
import { SaveView, UnusableNote, ViewMenu } from './views'

const phone = matchMedia('(max-width: 640px)')

/** True where a table has no room. */
export const useNarrow = () =>
  useSyncExternalStore(
    (listener) => {
      phone.addEventListener('change', listener)
      return () => phone.removeEventListener('change', listener)
    },
    () => phone.matches,
  )

export default function ListPage() {
  const { object } = useParams({ from: '/w/$workspace/$object' })
  const entity = useEntity(object)
  const rights = useRights(object)
  if (!entity) return <Failure page error={{ status: 404 }} />
  if (!allows(rights.read)) return <Failure page error={{ status: 403 }} />
  return <EntityList key={object} entity={entity} />
}

function EntityList({ entity }: { entity: Entity }) {
  const { t } = useTranslation()
  const label = useLabel()
  const locale = useLocale()
  const narrow = useNarrow()
  const rights = useRights(entity.name)
  const face = useFace(entity.name)
  const create = useCreate()
  const saved = useSaved(entity)
  const { state, setState, filter, sort } = saved
  const [selected, setSelected] = useState<Set<string>>(new Set())
  const [total, setTotal] = useState<number>()
  const [action, setAction] = useState<ListAction>()
  const actions = useListActions().filter((entry) => entry.allowed(rights))
  const columns = useMemo(() => saved.columns.flatMap((name) => fieldOf(entity, name) ?? []), [saved.columns, entity])
  const question = useMemo(() => questionOf({ filter, sort }, entity, columns), [filter, sort, entity, columns])
  // A saved view is a list, wherever the object is first shown otherwise.
  const as = face.views?.find((entry) => entry.name === (state.as ?? (state.view ? 'list' : face.firstView)))
  useHotkeys({
    n: (event) => {
      if (!rights.create) return
      event.preventDefault()
      create(entity.name)
    },
  })
  const filtered = countLeaves(complete(filter)) > 0
  const empty = filtered ? (
    <State
      icon={SearchX}
      title={t('record.none_match')}
      text={t('record.none_match_text')}
      action={<Button onClick={() => saved.setFilter(undefined)}>{t('record.filter.clear')}</Button>}
    />
  ) : (
    <State
      icon={Inbox}
      title={t('record.none', { name: label(entity.plural) })}
      text={rights.create ? t('record.none_text') : t('record.none_readonly')}
      action={
        rights.create && (
          <Button variant="primary" onClick={() => create(entity.name)}>
            <Plus /> {t('record.new_one', { name: label(entity.label) })}
          </Button>
        )
      }
    />
  )
  if (state.deleted) return <Bin entity={entity} onLeave={() => setState({ deleted: undefined })} />
  const canEdit = allows(rights.update)
  return (
    <div className="relative flex h-full flex-col bg-surface">
      <div className="flex items-center gap-x-3 px-5 pt-4 pb-1 max-sm:gap-x-2 max-sm:px-4">
        <div className="min-w-0 flex-1 items-baseline gap-x-3 sm:flex">
          <h1 className="truncate text-xl font-semibold">{label(entity.plural)}</h1>
          {total !== undefined && !as && (
            <p className="num truncate text-sm text-muted max-sm:text-xs">
              {t('record.total', { count: total, n: integer(total, locale) })}
            </p>
          )}
        </div>
        <ViewSwitch face={face} value={as?.name ?? 'list'} onChange={(next) => setState({ as: next })} />
        {rights.create && (
          <Button variant="primary" onClick={() => create(entity.name)}>
            <Plus />
            <span className={cn(face.views && 'max-sm:sr-only')}>
              {t('record.new_one', { name: label(entity.label) })}
            </span>
          </Button>
        )}
        <Menu
          trigger={
            <Button variant="ghost" size="icon" aria-label={t('ui.more')}>
              <MoreHorizontal />
            </Button>
          }
        >
          {actions.map((entry) => (
            <MenuItem key={entry.name} onClick={() => setAction(entry)}>
              <entry.icon /> {t(entry.label as 'record.view')}
            </MenuItem>
          ))}
          <MenuItem onClick={() => setState({ deleted: true })}>
            <Trash2 /> {t('record.bin')}
          </MenuItem>
        </Menu>
      </div>
      <div className="flex items-center gap-2 overflow-x-auto px-5 py-2 max-sm:px-4">
        <ViewMenu entity={entity} saved={saved} />
        <FilterButton entity={entity} filter={filter} onChange={saved.setFilter} />
        <SaveView entity={entity} saved={saved} />
        <div className="flex-1" />
        {!as && (
          <>
            <SortButton entity={entity} sort={sort} onChange={saved.setSort} />
            <ColumnsButton entity={entity} columns={saved.columns} onChange={(next) => saved.setColumns(next)} />
          </>
        )}
      </div>
      {saved.view?.unusable && !state.filter && <UnusableNote />}
      {saved.failed ? (
        <Failure {...saved.failed} />
      ) : saved.pending ? (
        <Skeleton className="p-5" lines={8} />
      ) : as ? (
        <Suspense fallback={<Skeleton className="p-5" lines={6} />}>
          <as.Component entity={entity} question={question} />
        </Suspense>
      ) : (
        <>
          <Facets entity={entity} question={question} filter={filter} onChange={saved.setFilter} />
          {narrow ? (
            <Cards entity={entity} columns={columns} question={question} empty={empty} onTotal={setTotal} />
          ) : (
            <Grid
              entity={entity}
              columns={columns}
              question={question}
              sort={sort}
              onSort={saved.setSort}
              selected={selected}
              onSelect={setSelected}
              canEdit={canEdit}
              empty={empty}
              onTotal={setTotal}
            />
          )}
        </>
      )}
      <Suspense>
        {action && <action.Component entity={entity} question={question} close={() => setAction(undefined)} />}
      </Suspense>
      <SelectionBar
        entity={entity}
        selected={selected}
        filter={question.filter}
        total={total}
        clear={() => setSelected(new Set())}
      />
    </div>
  )
}

function ViewSwitch({ face, value, onChange }: { face: Face; value: string; onChange: (view: string) => void }) {
  const { t } = useTranslation()
  if (!face.views?.length) return null
  return (
    <Segments
      label={t('record.view')}
      value={value}
      onChange={onChange}
      options={[
        {
          value: 'list',
          label: (
            <>
              <List /> <span className="max-sm:sr-only">{t('record.as_list')}</span>
            </>
          ),
        },
        ...face.views.map((view) => ({
          value: view.name,
          label: (
            <>
              <view.icon /> <span className="max-sm:sr-only">{t(view.label as 'record.view')}</span>
            </>
          ),
        })),
      ]}
    />
  )
}
