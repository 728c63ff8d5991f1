import { Check, ChevronDown, Search, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cn } from './cn'
import { composing } from './control'
import { Popover } from './popover'

export type Pick = { value: string; label: string; show?: ReactNode; hint?: ReactNode }

type PickerProps = {
  options: Pick[]
  value: string[]
  onChange: (value: string[]) => void
  /** What stands in the control for the values chosen. */
  children?: ReactNode
  multiple?: boolean
  clearable?: boolean
  /** Called as the person types; then the caller filters, else the picker does. */
  onSearch?: (text: string) => void
  loading?: boolean
  /** Offers what was typed as a new value. */
  onCreate?: (text: string) => void
  placeholder?: string
  disabled?: boolean
  id?: string
  'aria-label'?: string
  'aria-describedby'?: string | undefined
  'aria-invalid'?: boolean | undefined
  className?: string
  defaultOpen?: boolean
  onClose?: () => void
}

const matches = (text: string, query: string) => text.toLocaleLowerCase().includes(query.trim().toLocaleLowerCase())

/** One control for every choice from a list, long or short, one or many, local or searched on the server. */
export function Picker(props: PickerProps) {
  const {
    options,
    value,
    onChange,
    multiple,
    clearable,
    onSearch,
    loading,
    onCreate,
    placeholder,
    disabled,
    className,
    children,
  } = props
  const { t } = useTranslation()
  const [open, setOpen] = useState(props.defaultOpen ?? false)
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(0)
  const list = useId()
  const input = useRef<HTMLInputElement>(null)

  const shown = onSearch ? options : options.filter((option) => !query || matches(option.label, query))
  const fresh =
    onCreate && query.trim() && !options.some((option) => option.label === query.trim()) ? query.trim() : undefined
  const count = shown.length + (fresh ? 1 : 0)

  const change = (next: boolean) => {
    setOpen(next)
    setActive(0)
    setQuery('')
    if (next) onSearch?.('')
    else props.onClose?.()
  }
  const choose = (index: number) => {
    const option = shown[index]
    if (!option) {
      if (fresh) onCreate?.(fresh)
      if (!multiple) change(false)
      setQuery('')
      return
    }
    if (!multiple) {
      onChange([option.value])
      change(false)
    } else {
      onChange(
        value.includes(option.value) ? value.filter((entry) => entry !== option.value) : [...value, option.value],
      )
    }
  }
  const onKey = (event: KeyboardEvent) => {
    if (composing(event)) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step) {
      event.preventDefault()
      const next = Math.max(0, Math.min(count - 1, active + step))
      setActive(next)
      document.getElementById(`${list}-${next}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') {
      event.preventDefault()
      event.stopPropagation()
      if (count) choose(Math.min(active, count - 1))
    }
  }

  const trigger = (
    <button
      type="button"
      id={props.id}
      disabled={disabled}
      aria-label={props['aria-label']}
      aria-describedby={props['aria-describedby']}
      aria-invalid={props['aria-invalid']}
      aria-haspopup="listbox"
      className={cn('field flex min-h-8 items-center gap-1.5 py-1 text-left', multiple && 'h-auto', className)}
    >
      <span className={cn('flex min-w-0 flex-1 items-center gap-1', multiple && 'flex-wrap')}>
        {children ??
          (value.length ? (
            <span className="truncate">
              {value
                .map((entry) => options.find((option) => option.value === entry)?.label ?? entry)
                .join(t('ui.comma'))}
            </span>
          ) : (
            <span className="truncate text-subtle">{placeholder ?? t('ui.choose')}</span>
          ))}
      </span>
      <ChevronDown className="size-3.5 shrink-0 text-subtle" />
    </button>
  )

  return (
    <Popover
      trigger={trigger}
      open={open}
      onOpenChange={change}
      label={props['aria-label'] ?? t('ui.choose')}
      className="w-(--anchor-width) min-w-56 p-1"
    >
      {(onSearch || onCreate || options.length > 7) && (
        <div className="mb-1 flex items-center gap-2 border-b px-2 pb-1">
          <Search className="size-3.5 shrink-0 text-subtle" />
          <input
            ref={input}
            autoFocus
            type="search"
            role="combobox"
            aria-expanded
            aria-controls={list}
            aria-activedescendant={count ? `${list}-${active}` : undefined}
            aria-label={t('ui.search')}
            value={query}
            placeholder={t('ui.search')}
            onChange={(event) => {
              setQuery(event.target.value)
              setActive(0)
              onSearch?.(event.target.value)
            }}
            onKeyDown={onKey}
            className="h-8 min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-subtle pointer-coarse:text-base"
          />
        </div>
      )}
      <div
        id={list}
        role="listbox"
        aria-multiselectable={multiple}
        aria-label={props['aria-label'] ?? t('ui.choose')}
        tabIndex={0}
        onKeyDown={onKey}
        className="max-h-72 overflow-y-auto outline-none"
      >
        {shown.map((option, index) => {
          const chosen = value.includes(option.value)
          return (
            <div
              key={option.value}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={chosen}
              onClick={() => choose(index)}
              onPointerMove={() => setActive(index)}
              className={cn(
                'flex min-h-8 items-center gap-2 rounded-md px-2 py-1 pointer-coarse:min-h-11',
                index === active && 'bg-hover',
              )}
            >
              <span className="min-w-0 flex-1 truncate">{option.show ?? option.label}</span>
              {option.hint && <span className="truncate text-xs text-subtle">{option.hint}</span>}
              {chosen && <Check className="size-4 shrink-0 text-primary-text" />}
            </div>
          )
        })}
        {fresh && (
          <div
            id={`${list}-${shown.length}`}
            role="option"
            tabIndex={-1}
            aria-selected={false}
            onClick={() => choose(shown.length)}
            onPointerMove={() => setActive(shown.length)}
            className={cn('flex min-h-8 items-center rounded-md px-2', active === shown.length && 'bg-hover')}
          >
            {t('ui.add', { name: fresh })}
          </div>
        )}
        {!count && (
          <p className="px-2 py-4 text-center text-xs text-muted">{loading ? t('ui.loading') : t('ui.nothing')}</p>
        )}
      </div>
      {clearable && value.length > 0 && (
        <button
          type="button"
          onClick={() => {
            onChange([])
            change(false)
          }}
          className="mt-1 flex h-8 w-full items-center gap-2 rounded-md border-t px-2 text-sm text-muted hover:bg-hover"
        >
          <X className="size-3.5" /> {t('ui.clear')}
        </button>
      )}
    </Popover>
  )
}
