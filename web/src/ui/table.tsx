import type { ReactNode } from 'react'
import { cn } from './cn'

/** A table that scrolls within itself where it is wider than its place, by keyboard too. */
export function Table({
  label,
  head,
  className,
  children,
}: {
  label: string
  /** The cells of the head. */
  head: ReactNode
  className?: string
  children: ReactNode
}) {
  return (
    <div className="relative overflow-x-auto rounded-lg border" tabIndex={0} role="region" aria-label={label}>
      <table className={cn('w-full text-sm', className)}>
        <thead>
          <tr className="border-b bg-surface-2 text-left text-xs text-muted [&>th]:font-medium">{head}</tr>
        </thead>
        <tbody className="divide-y">{children}</tbody>
      </table>
    </div>
  )
}
