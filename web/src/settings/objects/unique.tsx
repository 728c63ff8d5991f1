import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { useLabel } from '@/record/catalog'
import { Badge } from '@/ui/badge'
import { Dialog } from '@/ui/dialog'
import { Failure, Skeleton } from '@/ui/states'
import { type MetaField, type MetaObject, renewMeta } from './meta'

type Standing = {
  state: 'building' | 'live' | 'failed'
  duplicates?: number
  groups?: { id?: string; title?: string; hidden?: boolean }[][]
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

/** How far the uniqueness of a field is; where values stand twice, which records stand in its way. */
export function UniqueState({ object, field }: { object: MetaObject; field: MetaField }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const building = field.unique_state === 'building'
  useBuilding(building)
  if (building) return <Badge tone="info">{t('settings.unique.building')}</Badge>
  if (field.unique_state === 'failed')
    return (
      <>
        <button type="button" className="min-h-6 rounded-full" onClick={() => setOpen(true)}>
          <Badge tone="bad" dot>
            {t('settings.unique.failed')}
          </Badge>
        </button>
        {open && <Duplicates object={object} field={field} close={() => setOpen(false)} />}
      </>
    )
  return field.unique ? <Badge tone="primary">{t('settings.field.unique')}</Badge> : null
}

function Duplicates({ object, field, close }: { object: MetaObject; field: MetaField; close: () => void }) {
  const { t } = useTranslation()
  const label = useLabel()
  const { workspace } = useParams({ strict: false })
  const standing = useQuery({
    queryKey: ['meta-unique', object.name, field.name],
    queryFn: () => space.get<Standing>(`/meta/objects/${object.name}/fields/${field.name}/unique`),
  })
  return (
    <Dialog
      open
      onOpenChange={close}
      title={t('settings.unique.title', { name: label(field.label) })}
      description={t('settings.unique.text', { count: standing.data?.duplicates ?? 0 })}
    >
      {standing.isPending ? (
        <Skeleton />
      ) : standing.isError ? (
        <Failure error={standing.error} retry={() => standing.refetch()} />
      ) : (
        <ul className="divide-y">
          {(standing.data.groups ?? []).map((group, index) => (
            <li key={index} className="flex flex-wrap gap-x-4 gap-y-1 py-2 text-sm">
              {group.map((entry, at) =>
                entry.id ? (
                  <Link
                    key={entry.id}
                    to="/w/$workspace/$object/$id"
                    params={{ workspace: workspace ?? '', object: object.name, id: entry.id }}
                    className="text-primary-text hover:underline"
                  >
                    {entry.title}
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
      )}
    </Dialog>
  )
}
