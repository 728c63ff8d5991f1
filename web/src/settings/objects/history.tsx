import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { History, Undo2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { messageOf } from '@/api/problem'
import { useCatalog, useLabel } from '@/record/catalog'
import { Avatar, Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { moment, useLocale } from '@/ui/format'
import { Failure, Skeleton, State } from '@/ui/states'
import { toast, toastFailure } from '@/ui/toast'
import { AdminOnly, Page } from '../parts'
import { type Definition, type MetaChange, type MetaEvent, renewMeta } from './meta'

/** Who changed what of the configuration; each change can be taken back. */
export default function Audit() {
  const { t } = useTranslation()
  return (
    <AdminOnly>
      <Page title={t('settings.audit.title')} text={t('settings.audit.text')}>
        <MetaHistory />
      </Page>
    </AdminOnly>
  )
}

export function MetaHistory({ object }: { object?: string }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const history = useInfiniteQuery({
    queryKey: ['meta-history', object ?? ''],
    queryFn: ({ pageParam, signal }) =>
      space.get<{ data: MetaEvent[]; next: number | null }>(
        `/meta/history?limit=50${object ? `&object=${object}` : ''}${pageParam ? `&before=${pageParam}` : ''}`,
        { signal },
      ),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next ?? undefined,
  })
  const undo = useMutation({
    mutationFn: (id: number) => space.post(`/meta/history/${id}/undo`),
    onSuccess: () => toast(t('record.undone')),
    onSettled: renewMeta,
    onError: (error) => toastFailure(messageOf(error)),
  })
  if (history.isPending) return <Skeleton lines={5} />
  if (history.isError) return <Failure error={history.error} retry={() => history.refetch()} />
  const events = history.data.pages.flatMap((page) => page.data)
  if (!events.length)
    return <State icon={History} title={t('settings.audit.none')} text={t('settings.audit.none_text')} />
  return (
    <>
      <ol className="divide-y rounded-lg border">
        {events.map((event) => (
          <li key={event.id} className="flex flex-wrap gap-x-3 gap-y-2 px-4 py-3">
            <Avatar name={event.by?.title ?? '·'} className="mt-0.5" />
            <div className="min-w-0 flex-1">
              <p className="text-xs text-muted">
                <span className="font-medium text-fg">{event.by?.title ?? t('record.system')}</span>
                <time className="num ml-2 text-subtle">{moment(event.at, locale)}</time>
                {event.undoes && <Badge className="ml-2">{t('settings.audit.is_undo')}</Badge>}
                {event.undone_by && <Badge className="ml-2">{t('settings.audit.undone')}</Badge>}
              </p>
              <ul className="mt-1 space-y-1">
                {event.changes.map((change, index) => (
                  <Change key={index} change={change} />
                ))}
              </ul>
            </div>
            {!event.undone_by && (
              <Button size="sm" variant="ghost" disabled={undo.isPending} onClick={() => undo.mutate(event.id)}>
                <Undo2 /> {t('ui.undo')}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {history.hasNextPage && (
        <Button className="mt-3" onClick={() => history.fetchNextPage()}>
          {t('record.load_more')}
        </Button>
      )}
    </>
  )
}

const told = [
  'label',
  'plural',
  'help',
  'icon',
  'required',
  'unique',
  'search',
  'match',
  'place',
  'list',
  'retired',
  'immutable',
  'min',
  'max',
  'max_length',
  'pattern',
  'default',
  'group',
  'options',
  'labels',
] as const

function Change({ change }: { change: MetaChange }) {
  const { t } = useTranslation()
  const label = useLabel()
  const { objects } = useCatalog()
  const said = useSaid()
  const object = objects.find((entry) => entry.name === change.object)
  const of = (definition: Definition | null) => label(definition?.label as { zh: string; en: string } | undefined)
  const name = change.field ? of(change.after) || of(change.before) || change.field : ''
  const where = object ? label(object.label) : change.object
  const what = change.field ? `${where} · ${name}` : of(change.after) || where
  if (change.object === 'workspace')
    return (
      <li className="text-sm">
        {t('settings.audit.renamed', { before: change.before?.name, after: change.after?.name })}
      </li>
    )
  if (change.part === 'layout')
    return (
      <li className="text-sm">
        {t(change.after ? 'settings.audit.arranged' : 'settings.audit.unarranged', { what: where })}
      </li>
    )
  if (change.part === 'view') return <ViewChange change={change} where={where} />
  if (!change.before)
    return (
      <li className="text-sm">
        {t(change.field ? 'settings.audit.made_field' : 'settings.audit.made_object', { what })}
      </li>
    )
  const moved = told.filter(
    (key) => JSON.stringify(change.before?.[key] ?? null) !== JSON.stringify(change.after?.[key] ?? null),
  )
  return (
    <li className="text-sm">
      {t('settings.audit.changed', { what })}
      {moved.map((key) => (
        <span key={key} className="block text-xs text-muted">
          {t(`settings.property.${key}`)}: {said(change.before?.[key], change.after?.[key])} →{' '}
          {said(change.after?.[key], change.before?.[key])}
        </span>
      ))}
    </li>
  )
}

const viewParts = ['name', 'columns', 'sort', 'filter'] as const

/** What became of a shared view, and which of its parts moved. */
function ViewChange({ change, where }: { change: MetaChange; where: string }) {
  const { t } = useTranslation()
  const label = useLabel()
  const { before, after } = change
  const called = (after ?? before)?.name as { zh: string; en: string } | undefined
  const what = `${where} · ${label(called)}`
  const key = !before?.shared ? 'made_view' : !after ? 'deleted_view' : after.shared ? 'changed_view' : 'unshared_view'
  const moved =
    before?.shared && after?.shared
      ? viewParts.filter((part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]))
      : []
  return (
    <li className="text-sm">
      {t(`settings.audit.${key}`, { what })}
      {moved.length > 0 && (
        <span className="block text-xs text-muted">
          {moved.map((part) => t(`settings.audit.view.${part}`)).join(t('ui.comma'))}
        </span>
      )}
    </li>
  )
}

/** A property's value in words. */
function useSaid() {
  const { t } = useTranslation()
  const label = useLabel()
  return (value: unknown, other: unknown): string => {
    // What is off is not written down: beside a "yes" nothing means "no".
    if (typeof other === 'boolean' && value === undefined) return t('ui.no')
    if (value === undefined || value === null || value === '') return t('record.blank')
    if (typeof value === 'boolean') return t(value ? 'ui.yes' : 'ui.no')
    if (Array.isArray(value))
      return value
        .map((entry) => (typeof entry === 'object' && entry && 'label' in entry ? label(entry.label) : String(entry)))
        .join(t('ui.comma'))
    if (typeof value === 'object' && ('zh' in value || 'en' in value)) return label(value as { zh: string; en: string })
    return String(value)
  }
}
