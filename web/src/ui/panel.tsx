import type { ReactNode } from 'react'

/** A titled card of a page that holds several. */
export function Panel({
  title,
  count,
  action,
  children,
}: {
  title: string
  count?: number | undefined
  action?: ReactNode
  children: ReactNode
}) {
  return (
    <section aria-label={title} className="min-w-0">
      <div className="mb-2 flex min-h-6 items-center gap-2">
        <h2 className="text-base font-semibold">{title}</h2>
        {count ? <span className="num text-sm text-subtle">{count}</span> : null}
        <div className="flex-1" />
        {action}
      </div>
      <div className="overflow-hidden rounded-lg border bg-surface pb-1 shadow-card">{children}</div>
    </section>
  )
}
