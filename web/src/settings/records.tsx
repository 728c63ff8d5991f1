import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Entity, Rec } from '@/api/types'
import { titleOf } from '@/record/catalog'
import { RecordForm } from '@/record/form/form'
import { cn } from '@/ui/cn'
import { Dialog } from '@/ui/dialog'
import { Failure, Skeleton } from '@/ui/states'
import { Rows, row } from './parts'

/** A list of the settings as it stands: on its way, refused, empty, or its rows. */
export function Listed<T>({
  query,
  label,
  empty,
  children,
}: {
  query: UseQueryResult<T[]>
  label: string
  empty?: ReactNode
  children: (list: T[]) => ReactNode
}) {
  if (query.isPending) return <Skeleton lines={5} />
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />
  return query.data.length || !empty ? <Rows label={label}>{children(query.data)}</Rows> : empty
}

/** A row that leads to a page of its own. */
export function RowLink({
  to,
  icon,
  name,
  children,
}: {
  to: string
  icon: ReactNode
  name: ReactNode
  children?: ReactNode
}) {
  return (
    <li>
      <Link to={to as '/'} className={cn(row, 'transition-colors hover:bg-hover [&>svg]:size-4 [&>svg]:text-subtle')}>
        {icon}
        <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
        {children}
        <ChevronRight />
      </Link>
    </li>
  )
}

/** What is being made or changed: a record, or a new one with what is known of it. */
export type Draft = { record?: Rec; initial?: Record<string, unknown> }

/** The form of a record of the settings, over its list. */
export function FormDialog({
  entity,
  draft,
  title,
  omit,
  size = 'sm',
  close,
  saved,
}: {
  entity: Entity | undefined
  draft: Draft | undefined
  /** What a new one is called. */
  title: string
  omit?: string[]
  size?: 'sm' | 'md'
  close: () => void
  saved?: () => void
}) {
  if (!entity || !draft) return null
  return (
    <Dialog open onOpenChange={close} size={size} title={draft.record ? titleOf(entity, draft.record) : title}>
      <RecordForm
        entity={entity}
        {...draft}
        {...(omit ? { omit } : {})}
        onCancel={close}
        onDone={() => {
          close()
          saved?.()
        }}
      />
    </Dialog>
  )
}
