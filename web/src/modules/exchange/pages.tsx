import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Rows } from '@/settings/parts'
import { Button } from '@/ui/button'
import { Failure, Skeleton } from '@/ui/states'
import type { Job } from './jobs'

/** Jobs page by page, the newest first, in all the states that such a list has. */
export function Pages({
  jobs,
  label,
  empty,
  show,
}: {
  jobs: UseInfiniteQueryResult<InfiniteData<{ data: Job[] }>>
  label: string
  empty: ReactNode
  show: (job: Job) => ReactNode
}) {
  const { t } = useTranslation()
  if (jobs.isPending) return <Skeleton lines={5} />
  if (jobs.isError) return <Failure error={jobs.error} retry={() => jobs.refetch()} />
  const list = jobs.data.pages.flatMap((page) => page.data)
  if (list.length === 0) return empty
  return (
    <>
      <Rows label={label}>{list.map(show)}</Rows>
      {jobs.hasNextPage && (
        <Button className="mt-3" onClick={() => jobs.fetchNextPage()}>
          {t('record.load_more')}
        </Button>
      )}
    </>
  )
}
