import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { recordsKey } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Field, Question } from '@/api/types'
import { titleOf, useLabel } from '@/record/catalog'
import { Cell } from '@/record/fields/cell'
import { isEmpty } from '@/record/fields/registry'
import { Sign } from '@/record/fields/sign'
import { Button } from '@/ui/button'
import { Failure, Skeleton } from '@/ui/states'

/** A list on a phone: one card a record, with what the columns say of it. */
export function Cards({
  entity,
  columns,
  question,
  empty,
  onTotal,
}: {
  entity: Entity
  columns: Field[]
  question: Question
  empty: ReactNode
  onTotal: (total: number | undefined) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const list = useInfiniteQuery({
    queryKey: [...recordsKey(entity.name), 'cards', question],
    queryFn: ({ pageParam, signal }) =>
      records.page(entity.name, { ...question, limit: 30, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
  const total = list.data?.pages[0]?.total
  useEffect(() => onTotal(total), [total, onTotal])
  if (list.isPending) return <Skeleton lines={8} className="p-4" />
  if (list.isError) return <Failure error={list.error} retry={() => list.refetch()} />
  if (total === 0) return empty
  return (
    <div className="min-h-0 flex-1 overflow-y-auto border-t bg-bg p-3">
      <ul className="space-y-2">
        {list.data.pages
          .flatMap((page) => page.data)
          .map((record) => {
            const title = titleOf(entity, record)
            const shown = columns
              .filter((field) => field.name !== entity.title_field && !isEmpty(record[field.name]))
              .slice(0, 5)
            return (
              <li key={record.id} className="rounded-lg border bg-surface p-3 shadow-card">
                <Link
                  to="/w/$workspace/$object/$id"
                  params={{ workspace, object: entity.name, id: record.id }}
                  className="flex min-h-7 items-center gap-2 font-medium"
                >
                  <Sign entity={entity} title={title} />
                  <span className="min-w-0 flex-1 truncate text-base">{title}</span>
                </Link>
                <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
                  {shown.map((field) => (
                    <div key={field.name} className="contents">
                      <dt className="text-xs leading-5 text-subtle">{label(field.label)}</dt>
                      <dd className="flex min-w-0 justify-end text-muted">
                        <Cell entity={entity} field={field} record={record} />
                      </dd>
                    </div>
                  ))}
                </dl>
              </li>
            )
          })}
      </ul>
      {list.hasNextPage && (
        <Button className="mt-3 w-full" disabled={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          {t('record.load_more')}
        </Button>
      )}
    </div>
  )
}
