import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import {
  CalendarDays,
  MapPin,
  MessageSquare,
  PencilLine,
  Phone,
  SquareCheck,
  StickyNote,
  Undo2,
  Users,
} from 'lucide-react'
import { Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import type { Change, Entity, LinkValue, Rec, TimelineEntry } from '@/api/types'
import { allows, fieldOf, titleOf, useCatalog, useEntity, useLabel, useRights, visible } from '@/record/catalog'
import { isEmpty } from '@/record/fields/registry'
import { Value } from '@/record/fields/value'
import { iconOf } from '@/record/icons'
import { useFace, useFaces } from '@/record/module'
import { Button } from '@/ui/button'
import { ago, moment, useLocale } from '@/ui/format'
import { Failure, Skeleton, State } from '@/ui/states'
import { BriefChanges } from './changes'
import { didOf, useTakeBack } from './history'

const pictures: Record<string, typeof Phone> = {
  note: StickyNote,
  call: Phone,
  visit: MapPin,
  meeting: Users,
  task: SquareCheck,
  mail: MessageSquare,
  message: MessageSquare,
}

/** One thing as the server tells it: a change of this record, or a record that stands around it. */
type Event = Change & { kind: 'change' | 'record'; at: string; object?: string; record?: Rec }

/** A change in which the reader may see no field, or that only the program made along with another, tells nothing. */
const telling = (event: Event) => event.kind !== 'change' || event.op !== 'update' || !!event.fields?.length

function entryOf(event: Event): TimelineEntry {
  const { kind, at, object, record, actor } = event
  const who = actor ? { actor } : {}
  if (kind === 'change') return { type: 'change', at, change: event, ...who }
  const author = record?.created_by ?? record?.owner
  return {
    type: object === 'comment' ? 'comment' : 'record',
    at,
    ...(author ? { actor: author as LinkValue } : {}),
    ...(object ? { object } : {}),
    ...(record ? { record, id: record.id } : {}),
  }
}

/** Everything that happened with a record, newest first, and the box to add to it. */
export function Timeline({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const timeline = useInfiniteQuery({
    queryKey: ['timeline', entity.name, record.id],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: '30', ...(pageParam ? { cursor: pageParam } : {}) })
      return space.get<{ data: Event[]; next?: string | null }>(
        `/records/${entity.name}/${record.id}/timeline?${query}`,
        { signal },
      )
    },
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
  const faces = useFaces()
  const composers = Object.values(faces).flatMap((face) => face.Compose ?? [])
  const entries = timeline.data?.pages.flatMap((page) => page.data.filter(telling).map(entryOf)) ?? []
  return (
    <div className="mx-auto max-w-3xl space-y-4">
      <Suspense fallback={<Skeleton className="rounded-lg border p-3" />}>
        {composers.map((Compose, index) => (
          <Compose key={index} entity={entity} record={record} />
        ))}
      </Suspense>
      {timeline.isPending && <Skeleton lines={6} />}
      {timeline.isError && <Failure error={timeline.error} retry={() => timeline.refetch()} />}
      {timeline.data && !entries.length && (
        <State
          icon={CalendarDays}
          title={t('record.nothing_yet')}
          text={t('record.nothing_yet_text')}
          className="py-8"
        />
      )}
      <ol className="relative space-y-4 before:absolute before:inset-y-2 before:left-3 before:w-px before:bg-line">
        {entries.map((entry, index) => (
          <Entry key={`${entry.type}-${entry.id ?? ''}-${entry.at}-${index}`} entry={entry} home={entity} />
        ))}
      </ol>
      {timeline.hasNextPage && (
        <Button className="mt-4" disabled={timeline.isFetchingNextPage} onClick={() => timeline.fetchNextPage()}>
          {t('record.load_more')}
        </Button>
      )}
    </div>
  )
}

function Entry({ entry, home }: { entry: TimelineEntry; home: Entity }) {
  const locale = useLocale()
  const { objects } = useCatalog()
  const entity = objects.find((other) => other.name === entry.object) ?? home
  const { Entry: Own } = useFace(entry.object ?? '')
  const kind = typeof entry.record?.kind === 'string' ? entry.record.kind : ''
  const Icon =
    entry.type === 'change' ? PencilLine : entry.type === 'comment' ? MessageSquare : (pictures[kind] ?? iconOf(entity))
  return (
    <li className="relative flex gap-3">
      <span className="z-1 grid size-6 shrink-0 place-items-center rounded-full border bg-surface text-subtle">
        <Icon className="size-3.5" aria-hidden />
      </span>
      <div className="min-w-0 flex-1 pt-0.5">
        <p className="text-xs text-muted">
          {entry.actor?.title && <span className="font-medium text-fg">{entry.actor.title} </span>}
          <Deed entry={entry} entity={entity} />
          <time dateTime={entry.at} title={moment(entry.at, locale)} className="ml-2 text-subtle">
            {ago(entry.at, locale)}
          </time>
          {entry.type === 'change' && entry.change && <TakeBack entity={home} change={entry.change} />}
        </p>
        {entry.type === 'change' && entry.change?.op !== 'create' && entry.change?.fields && (
          <div className="mt-1">
            <BriefChanges entity={entity} changes={entry.change.fields} />
          </div>
        )}
        {entry.record && (
          <Suspense fallback={<Skeleton lines={1} className="mt-1" />}>
            {Own ? <Own entity={entity} record={entry.record} /> : <Body entry={entry} entity={entity} kind={kind} />}
          </Suspense>
        )}
      </div>
    </li>
  )
}

function Deed({ entry, entity }: { entry: TimelineEntry; entity: Entity }) {
  const { t } = useTranslation()
  const label = useLabel()
  if (entry.type === 'comment') return t('record.commented')
  if (entry.type === 'change') return t(`record.did.${didOf(entry.change?.op)}`)
  const kind = entity.name === 'activity' ? fieldOf(entity, 'kind') : undefined
  const option = kind?.options?.find((known) => known.name === entry.record?.kind)
  return option ? label(option.label) : label(entity.label)
}

/** A record on the timeline: its title leads to it; an activity shows what was said. */
function Body({ entry, entity, kind }: { entry: TimelineEntry; entity: Entity; kind: string }) {
  const known = useEntity(entry.object ?? '')
  const { workspace } = useParams({ from: '/w/$workspace' })
  const record = entry.record
  const text = entity.fields.find(
    (field) => field.kind === 'long_text' && visible(field) && !isEmpty(record?.[field.name]),
  )
  const due = entity.fields.find(
    (field) => ['due_at', 'due', 'due_date', 'next_at'].includes(field.name) && !isEmpty(record?.[field.name]),
  )
  const state = entity.fields.find(
    (field) => field.kind === 'choice' && field.name !== 'kind' && visible(field) && !isEmpty(record?.[field.name]),
  )
  const title = entry.title || (record && titleOf(known, record)) || ''
  return (
    <div className="mt-1 rounded-lg border px-3 py-2">
      <div className="flex min-w-0 items-center gap-2">
        {entry.id && known ? (
          <Link
            to="/w/$workspace/$object/$id"
            params={{ workspace, object: known.name, id: entry.id }}
            className="min-w-0 truncate text-sm font-medium hover:text-primary-text hover:underline"
          >
            {title}
          </Link>
        ) : (
          <span className="truncate text-sm font-medium">{title}</span>
        )}
        {state && kind !== 'note' && <Value field={state} value={record?.[state.name]} />}
        {due && (
          <span className="ml-auto shrink-0 text-xs text-muted">
            <Value field={due} value={record?.[due.name]} />
          </span>
        )}
      </div>
      {text && <p className="mt-1 text-sm break-words whitespace-pre-wrap text-muted">{String(record?.[text.name])}</p>}
    </div>
  )
}

/** Takes one change back, where it stands. */
function TakeBack({ entity, change }: { entity: Entity; change: Change }) {
  const { t } = useTranslation()
  const takeBack = useTakeBack()
  const rights = useRights(entity.name)
  if (!allows(rights.update) || !change.change_set || change.op !== 'update') return null
  return (
    <button
      type="button"
      disabled={takeBack.isPending}
      onClick={() => takeBack.mutate(change.change_set)}
      className="ml-2 inline-flex min-h-6 items-center gap-1 rounded text-xs text-subtle hover:text-primary-text"
    >
      <Undo2 className="size-3" /> {t('ui.undo')}
    </button>
  )
}
