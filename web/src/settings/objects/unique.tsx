import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { messageOf } from '@/api/problem'
import { useLabel } from '@/record/catalog'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Failure, Skeleton } from '@/ui/states'
import { toastFailure } from '@/ui/toast'
import { type MetaField, type MetaObject, metaQuery, renewMeta } from './meta'

type Standing = {
  state: '' | 'building' | 'live' | 'failed'
  duplicates: number
  groups: { id?: string; title?: string; hidden?: boolean }[][]
  stalled: boolean
}

/** Looks again while something is being built. */
function useBuilding(building: boolean) {
  useEffect(() => {
    if (!building) return
    const timer = setInterval(renewMeta, 1500)
    return () => clearInterval(timer)
  }, [building])
}

/** How far the duplicate check is with a field. */
export function MatchState({ field }: { field: MetaField }) {
  const { t } = useTranslation()
  const building = field.match_state === 'building'
  useBuilding(building)
  if (building) return <Badge tone="info">{t('settings.field.match_building')}</Badge>
  return field.match_state ? <Badge>{t('settings.field.match')}</Badge> : null
}

type Of = { object: MetaObject; field: MetaField }

/** How far the uniqueness of a field is; it opens what there is to know of it and to do. */
export function UniqueState({ object, field }: Of) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const building = field.unique_state === 'building'
  useBuilding(building)
  // What is looked at stays open when its state moves on.
  if (building || field.unique_state === 'failed' || open)
    return (
      <>
        <button type="button" className="inline-flex min-h-6 items-center rounded-full" onClick={() => setOpen(true)}>
          {building ? (
            <Badge tone="info">{t('settings.unique.building')}</Badge>
          ) : field.unique_state === 'failed' ? (
            <Badge tone="bad" dot>
              {t('settings.unique.failed', { count: field.duplicates ?? 0 })}
            </Badge>
          ) : (
            <Badge tone="primary">{t('settings.field.unique')}</Badge>
          )}
        </button>
        {open && <Uniqueness object={object} field={field} close={() => setOpen(false)} />}
      </>
    )
  return field.unique ? <Badge tone="primary">{t('settings.field.unique')}</Badge> : null
}

/** Beside the switch: that it is not unique yet, why, and a way to the records. */
export function UniqueNotice({ object, field }: Of) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  if (field.unique_state !== 'building' && field.unique_state !== 'failed') return null
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md bg-surface-2 px-3 py-2 text-sm">
      <p role="status" className="min-w-0 flex-1 basis-52">
        {field.unique_state === 'building'
          ? t('settings.unique.building_text')
          : t('settings.unique.text', { count: field.duplicates ?? 0 })}
      </p>
      {field.unique_state === 'failed' && (
        <Button size="sm" onClick={() => setOpen(true)}>
          {t('settings.unique.show')}
        </Button>
      )}
      {open && <Uniqueness object={object} field={field} close={() => setOpen(false)} />}
    </div>
  )
}

function Uniqueness({ object, field, close }: Of & { close: () => void }) {
  const { t } = useTranslation()
  const label = useLabel()
  const path = `/meta/objects/${object.name}/fields/${field.name}`
  const version = useQuery(metaQuery).data?.version
  const standing = useQuery({
    queryKey: ['meta-unique', object.name, field.name],
    queryFn: () => space.get<Standing>(`${path}/unique`),
    refetchInterval: (query) => (query.state.data?.state === 'building' ? 1500 : false),
  })
  const again = useMutation({
    mutationFn: () => space.patch(path, { version, unique: true }),
    onSettled: () => {
      renewMeta()
      return standing.refetch()
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const now = standing.data
  return (
    <Dialog open onOpenChange={close} title={t('settings.unique.title', { name: label(field.label) })}>
      {standing.isPending ? (
        <Skeleton />
      ) : standing.isError || !now ? (
        <Failure error={standing.error} retry={() => standing.refetch()} />
      ) : (
        <div className="space-y-3 text-sm">
          <p role="status">
            {now.state === 'building'
              ? t(now.stalled ? 'settings.unique.stalled' : 'settings.unique.building_text')
              : now.state === 'failed'
                ? t('settings.unique.text', { count: now.duplicates })
                : now.state === 'live' && t('settings.unique.live')}
          </p>
          {now.state === 'failed' && <Groups object={object} groups={now.groups} all={now.duplicates} />}
          <div className="flex justify-end gap-2">
            <Button onClick={close}>{t('ui.close')}</Button>
            {now.state === 'failed' && (
              <Button variant="primary" disabled={again.isPending} onClick={() => again.mutate()}>
                {t('settings.unique.again')}
              </Button>
            )}
          </div>
        </div>
      )}
    </Dialog>
  )
}

/** The records that have a value in common, a line for each value. */
function Groups({ object, groups, all }: { object: MetaObject; groups: Standing['groups']; all: number }) {
  const { t } = useTranslation()
  const { workspace } = useParams({ strict: false })
  return (
    <>
      <ul className="divide-y">
        {groups.map((group, index) => (
          <li key={index} className="flex flex-wrap gap-x-4 gap-y-1 py-2">
            {group.map((entry, at) =>
              entry.id ? (
                <Link
                  key={entry.id}
                  to="/w/$workspace/$object/$id"
                  params={{ workspace: workspace ?? '', object: object.name, id: entry.id }}
                  className="text-primary-text hover:underline"
                >
                  {entry.title || t('record.blank')}
                </Link>
              ) : (
                <span key={at} className="text-subtle">
                  {t('ui.no_right')}
                </span>
              ),
            )}
          </li>
        ))}
      </ul>
      {all > groups.length && <p className="text-muted">{t('settings.unique.first', { count: groups.length })}</p>}
    </>
  )
}
