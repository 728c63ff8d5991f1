import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { cn } from './cn'

export const popup =
  'origin-(--transform-origin) rounded-lg bg-overlay text-sm shadow-pop transition-[scale,opacity] duration-100 outline-none data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0'

const item =
  'flex min-h-8 items-center gap-2 rounded-md px-2 py-1 text-fg outline-none data-highlighted:bg-hover data-disabled:opacity-45 pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-subtle'

export function Menu({
  trigger,
  align = 'end',
  className,
  children,
}: {
  trigger: ReactElement
  align?: 'start' | 'end'
  className?: string
  children: ReactNode
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align={align} className="z-50">
          <Base.Popup className={cn(popup, 'max-h-(--available-height) min-w-44 overflow-y-auto p-1', className)}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export function MenuItem({ danger, className, ...props }: Base.Item.Props & { danger?: boolean; className?: string }) {
  return <Base.Item className={cn(item, danger && 'text-bad [&_svg]:text-bad', className)} {...props} />
}

export function MenuChoice<T extends string>({
  value,
  options,
  closes,
  onChange,
}: {
  value: T
  options: { value: T; label: ReactNode }[]
  /** Whether a choice is all that one came for. */
  closes?: boolean
  onChange: (value: T) => void
}) {
  return (
    <Base.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
      {options.map((option) => (
        <Base.RadioItem key={option.value} value={option.value} closeOnClick={!!closes} className={item}>
          <span className="min-w-0 flex-1">{option.label}</span>
          <Base.RadioItemIndicator>
            <Check className="text-primary-text!" />
          </Base.RadioItemIndicator>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  )
}

export function MenuSection({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-1.5 pb-1 text-xs text-subtle">{label}</Base.GroupLabel>
      {children}
    </Base.Group>
  )
}

export function MenuLine() {
  return <Base.Separator className="my-1 h-px bg-line" />
}
