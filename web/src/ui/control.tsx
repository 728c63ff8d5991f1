import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox'
import { Switch as BaseSwitch } from '@base-ui/react/switch'
import { Check, Minus } from 'lucide-react'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cn } from './cn'

/** True while an input method composes: every key then belongs to it, Enter among them. */
export const composing = (event: React.KeyboardEvent | KeyboardEvent) => {
  const native = 'nativeEvent' in event ? event.nativeEvent : event
  return native.isComposing || native.keyCode === 229
}

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn('field', className)} {...props} />
}

export function TextArea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea className={cn('field h-auto min-h-20 resize-y py-1.5 leading-5', className)} {...props} />
}

/** The system's own list: the quickest control for a few plain choices, on a phone too. */
export function Select({ className, ...props }: ComponentProps<'select'>) {
  return <select className={cn('field cursor-default', className)} {...props} />
}

export function Checkbox({
  checked,
  mixed,
  label,
  disabled,
  onChange,
}: {
  checked: boolean
  mixed?: boolean
  label: string
  disabled?: boolean
  onChange: (checked: boolean) => void
}) {
  return (
    <BaseCheckbox.Root
      checked={checked}
      indeterminate={!!mixed}
      disabled={!!disabled}
      onCheckedChange={onChange}
      aria-label={label}
      className="relative grid size-4 shrink-0 place-items-center rounded-[4px] border border-line-strong bg-surface transition-colors after:absolute after:-inset-2 data-checked:border-primary data-checked:bg-primary data-disabled:opacity-45 data-indeterminate:border-primary data-indeterminate:bg-primary"
    >
      <BaseCheckbox.Indicator className="text-primary-fg [&_svg]:size-3">
        {mixed ? <Minus strokeWidth={3} /> : <Check strokeWidth={3.2} />}
      </BaseCheckbox.Indicator>
    </BaseCheckbox.Root>
  )
}

export function Switch({
  checked,
  label,
  disabled,
  onChange,
}: {
  checked: boolean
  label: string
  disabled?: boolean
  onChange: (checked: boolean) => void
}) {
  return (
    <BaseSwitch.Root
      checked={checked}
      disabled={!!disabled}
      onCheckedChange={onChange}
      aria-label={label}
      className="relative flex h-5 w-9 shrink-0 rounded-full bg-line-strong p-0.5 transition-colors after:absolute after:-inset-1 data-checked:bg-primary data-disabled:opacity-45"
    >
      <BaseSwitch.Thumb className="size-4 rounded-full bg-white shadow-card transition-transform data-checked:translate-x-4" />
    </BaseSwitch.Root>
  )
}

/** A label above its control, with help and fault below, tied together for screen readers. */
export function Labeled({
  label,
  required,
  help,
  fault,
  className,
  children,
}: {
  label: ReactNode
  required?: boolean
  help?: ReactNode
  fault?: string | undefined
  className?: string
  children: (ids: {
    id: string
    'aria-describedby': string | undefined
    'aria-invalid': boolean | undefined
  }) => ReactNode
}) {
  const id = useId()
  const note = fault || help ? `${id}-note` : undefined
  return (
    <div className={cn('min-w-0', className)}>
      <label htmlFor={id} className="mb-1 block text-xs text-muted">
        {label}
        {required && (
          <span className="ml-0.5 text-bad" aria-hidden>
            *
          </span>
        )}
      </label>
      {children({ id, 'aria-describedby': note, 'aria-invalid': fault ? true : undefined })}
      {note && (
        <p
          id={note}
          role={fault ? 'alert' : undefined}
          className={cn('mt-1 text-xs', fault ? 'text-bad' : 'text-subtle')}
        >
          {fault || help}
        </p>
      )}
    </div>
  )
}

/** A few exclusive choices side by side. */
export function Segments<T extends string>({
  value,
  label,
  options,
  onChange,
}: {
  value: T
  label: string
  options: { value: T; label: ReactNode }[]
  onChange: (value: T) => void
}) {
  return (
    <div role="group" aria-label={label} className="flex w-fit rounded-md border p-0.5">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={cn(
            'flex h-6.5 items-center gap-1.5 rounded px-2 text-xs text-muted transition-colors hover:text-fg pointer-coarse:h-10 pointer-coarse:px-3 [&_svg]:size-3.5',
            option.value === value && 'bg-active font-medium text-primary-text hover:text-primary-text',
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}

/** Tabs that only switch what is shown below; the caller renders the panel. */
export function Tabs<T extends string>({
  value,
  label,
  tabs,
  onChange,
  className,
}: {
  value: T
  label: string
  tabs: { value: T; label: ReactNode; className?: string }[]
  onChange: (value: T) => void
  className?: string
}) {
  return (
    <div role="tablist" aria-label={label} className={cn('flex gap-1 overflow-x-auto border-b', className)}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          aria-selected={tab.value === value}
          onClick={() => onChange(tab.value)}
          className={cn(
            '-mb-px h-9 shrink-0 border-b-2 border-transparent px-2.5 text-sm text-muted transition-colors hover:text-fg pointer-coarse:h-11',
            tab.value === value && 'border-primary font-medium text-fg',
            tab.className,
          )}
        >
          {tab.label}
        </button>
      ))}
    </div>
  )
}
