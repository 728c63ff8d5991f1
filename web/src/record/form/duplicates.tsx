import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { CopyCheck } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { records } from '@/api/records'
import type { Candidate, Entity, LinkValue, Rec } from '@/api/types'
import { fieldOf, titleOf, useEntity, useLabel } from '@/record/catalog'
import { Button } from '@/ui/button'
import { bodyOf, type Draft } from './draft'

/** Kinds by which two records may turn out to be the same. */
const telling = new Set(['text', 'phone', 'email', 'uscc', 'messenger'])

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
  const question = useSettled(text, 350)
  const found = useQuery({
    queryKey: ['duplicates', entity.name, question],
    enabled: question !== '{}',
    retry: false,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => records.duplicates(entity.name, JSON.parse(question), signal),
  })
  const list = question === '{}' ? [] : (found.data?.data ?? [])
  return (
    <div aria-live="polite">
      {list.length > 0 && (
        <div className="rounded-md bg-warn-soft px-3 py-2 text-sm">
          <p className="flex items-center gap-1.5 font-medium text-warn">
            <CopyCheck className="size-4" /> {t('record.duplicates', { count: list.length })}
          </p>
          <CandidateList object={entity.name} list={list.slice(0, 5)} />
        </div>
      )}
    </div>
  )
}

/** Who it might be, and no more of each than the asker may know. With `choose` one of those in sight can be taken. */
export function CandidateList({
  object,
  list,
  choose,
}: {
  object: string
  list: Candidate[]
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
