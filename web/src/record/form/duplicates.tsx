import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { CopyCheck } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { records } from '@/api/records'
import type { Candidate, Entity, LinkValue, Rec } from '@/api/types'
import { allows, fieldOf, titleOf, useEntity, useLabel, useMe } from '@/record/catalog'
import { useFace } from '@/record/module'
import { Button } from '@/ui/button'
import { bodyOf, type Draft } from './draft'

/** Kinds by which two records may turn out to be the same. */
const telling = new Set(['text', 'phone', 'email', 'uscc', 'messenger'])

/** What was said of one object, by the names that another has for it. */
export const renamed = (said: Record<string, unknown>, fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).flatMap(([own, theirs]) => (own in said ? [[theirs, said[own]]] : [])))

/** The same value a moment later, once typing has paused. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

/** Says, while one types, who this might already be. */
export function Duplicates({ entity, draft }: { entity: Entity; draft: Draft }) {
  const { t } = useTranslation()
  const me = useMe()
  const { alike = [] } = useFace(entity.name)
  const text = JSON.stringify(
    bodyOf(
      entity,
      Object.fromEntries(
        Object.entries(draft).filter(([name]) =>
          telling.has(entity.fields.find((field) => field.name === name)?.kind ?? ''),
        ),
      ),
    ),
  )
  const said = JSON.parse(useSettled(text, 350)) as Record<string, unknown>
  const questions = [
    { object: entity.name, body: said },
    ...alike
      .filter(({ object }) => allows(me.rights[object]?.read))
      .map(({ object, fields }) => ({ object, body: renamed(said, fields) })),
  ].filter(({ body }) => Object.keys(body).length > 0)
  const found = useQueries({
    queries: questions.map(({ object, body }) => ({
      queryKey: ['duplicates', object, body],
      retry: false,
      staleTime: 10_000,
      placeholderData: keepPreviousData,
      queryFn: ({ signal }: { signal: AbortSignal }) => records.duplicates(object, body, signal),
    })),
  })
  const lists = questions.map(({ object }, index) => ({ object, list: found[index]?.data?.data ?? [] }))
  const count = lists.reduce((sum, { list }) => sum + list.length, 0)
  return (
    <div aria-live="polite">
      {count > 0 && (
        <div className="rounded-md bg-warn-soft px-3 py-2 text-sm">
          <p className="flex items-center gap-1.5 font-medium text-warn">
            <CopyCheck className="size-4" /> {t('record.duplicates', { count })}
          </p>
          {lists.map(({ object, list }) => (
            <CandidateList key={object} object={object} list={list.slice(0, 5)} named={object !== entity.name} />
          ))}
        </div>
      )}
    </div>
  )
}

/** Who it might be, and no more of each than the asker may know. With `choose` one of those in sight can be taken. */
export function CandidateList({
  object,
  list,
  named,
  choose,
}: {
  object: string
  list: Candidate[]
  /** Says of each what it is, where several kinds stand together. */
  named?: boolean
  choose?: (record: Rec) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const entity = useEntity(object)
  const { workspace } = useParams({ from: '/w/$workspace' })
  const agree = (candidate: Candidate) =>
    candidate.fields.flatMap((name) => label(entity && fieldOf(entity, name)?.label) || []).join(t('ui.comma'))
  return (
    <ul className="mt-1 space-y-1">
      {list.map((candidate, index) => {
        const { record, hidden } = candidate
        const owner = record ? (record.owner as LinkValue | undefined)?.title : hidden?.owner
        return (
          <li key={record?.id ?? index} className="flex min-h-6 flex-wrap items-center gap-x-2">
            {named && <span className="text-xs text-muted">{label(entity?.label)}</span>}
            {record ? (
              <Link
                to="/w/$workspace/$object/$id"
                params={{ workspace, object, id: record.id }}
                target="_blank"
                className="font-medium text-fg hover:underline"
              >
                {titleOf(entity, record)}
              </Link>
            ) : (
              <span className="text-fg">{t('record.duplicate_hidden')}</span>
            )}
            {typeof owner === 'string' && owner && (
              <span className="text-xs text-muted">{t('record.owned_by', { name: owner })}</span>
            )}
            {record?.deleted_at ? <span className="text-xs text-muted">{t('record.in_bin')}</span> : null}
            <span className="text-xs text-muted">{t('record.agrees', { names: agree(candidate) })}</span>
            {choose && record && !record.deleted_at && (
              <Button size="sm" onClick={() => choose(record)}>
                {t('record.take_this')}
              </Button>
            )}
          </li>
        )
      })}
    </ul>
  )
}
