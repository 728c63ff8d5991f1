import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { CopyCheck } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { records } from '@/api/records'
import type { Candidate, Entity } from '@/api/types'
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

/** Who it might be, and no more of each than the asker may know. */
export function CandidateList({ object, list }: { object: string; list: Candidate[] }) {
  const { t } = useTranslation()
  const { workspace } = useParams({ from: '/w/$workspace' })
  return (
    <ul className="mt-1 space-y-1">
      {list.map((candidate, index) => (
        <li key={candidate.id ?? index} className="flex flex-wrap items-center gap-x-2">
          {candidate.id && candidate.title ? (
            <Link
              to="/w/$workspace/$object/$id"
              params={{ workspace, object: candidate.object ?? object, id: candidate.id }}
              target="_blank"
              className="font-medium hover:underline"
            >
              {candidate.title}
            </Link>
          ) : (
            <span>{t('record.duplicate_hidden')}</span>
          )}
          {candidate.owner?.title && (
            <span className="text-xs text-muted">{t('record.owned_by', { name: candidate.owner.title })}</span>
          )}
          {candidate.deleted && <span className="text-xs text-muted">{t('record.in_bin')}</span>}
          {candidate.reason && <span className="text-xs text-muted">{candidate.reason}</span>}
        </li>
      ))}
    </ul>
  )
}
