import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './button'
import { cn } from './cn'
import { useFocusReturn } from './focus'

const backdrop =
  'fixed inset-0 z-50 bg-black/25 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0 dark:bg-black/50'

/** A dialog in the middle; on a phone it takes the whole screen from below. `foot` stays in sight. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  size = 'md',
  foot,
  children,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  size?: 'sm' | 'md' | 'lg' | 'xl'
  foot?: ReactNode
  children?: ReactNode
}) {
  const { t } = useTranslation()
  useFocusReturn(open)
  const popup = useRef<HTMLDivElement>(null)
  /** A form begins with its first field; on a phone nothing is focused, for the keyboard would hide it. */
  const first = (by: string) =>
    (by !== 'touch' &&
      popup.current?.querySelector<HTMLElement>('form :is(input:not([type=hidden]),select,textarea)')) ||
    true
  const width = { sm: 'sm:w-105', md: 'sm:w-140', lg: 'sm:w-190', xl: 'sm:w-250' }[size]
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdrop} />
        <Base.Popup
          ref={popup}
          initialFocus={first}
          className={cn(
            'fixed inset-x-0 bottom-0 z-50 flex max-h-[94dvh] flex-col overflow-hidden rounded-t-xl bg-overlay shadow-pop transition-[scale,opacity,translate] duration-150 outline-none',
            'sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[88dvh] sm:max-w-[calc(100vw-2rem)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-xl',
            'data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0',
            width,
          )}
        >
          <div className="flex items-start gap-3 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-lg font-semibold">{title}</Base.Title>
              {description && <Base.Description className="mt-0.5 text-sm text-muted">{description}</Base.Description>}
            </div>
            <Base.Close
              render={<Button variant="ghost" size="iconSm" aria-label={t('ui.close')} className="-mr-1.5" />}
            >
              <X />
            </Base.Close>
          </div>
          {children && <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>}
          {foot && <div className="flex flex-wrap items-center justify-end gap-2 border-t px-5 py-3">{foot}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

/** A panel that slides in from the right, for a look at something beside the page. */
export function Sheet({
  open,
  onOpenChange,
  title,
  actions,
  children,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  const { t } = useTranslation()
  useFocusReturn(open)
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdrop} />
        <Base.Popup className="fixed inset-y-0 right-0 z-50 flex w-full flex-col bg-surface shadow-pop transition-transform duration-180 outline-none data-ending-style:translate-x-full data-starting-style:translate-x-full sm:w-[min(520px,92vw)]">
          <div className="flex h-13 shrink-0 items-center gap-2 border-b pr-3 pl-5">
            <Base.Title className="min-w-0 flex-1 truncate text-lg font-semibold">{title}</Base.Title>
            {actions}
            <Base.Close render={<Button variant="ghost" size="iconSm" aria-label={t('ui.close')} />}>
              <X />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
