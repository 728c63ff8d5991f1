import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLookup } from '@/record/fields/linked'
import { Avatar } from '@/ui/badge'
import { cn } from '@/ui/cn'
import { composing, TextArea } from '@/ui/control'
import { mentionAt, type Person } from './mention'

/** A text in which an @ opens a list of people; Ctrl or ⌘ with Enter sends it. */
export function MentionArea({
  value,
  label,
  placeholder,
  rows = 3,
  autoFocus,
  onChange,
  onPick,
  onSend,
}: {
  value: string
  label: string
  placeholder?: string
  rows?: number
  autoFocus?: boolean
  onChange: (text: string) => void
  onPick: (person: Person) => void
  onSend?: () => void
}) {
  const { t } = useTranslation()
  const area = useRef<HTMLTextAreaElement>(null)
  const list = useId()
  const [caret, setCaret] = useState(0)
  const [closed, setClosed] = useState(false)
  const [active, setActive] = useState(0)
  const typing = closed ? undefined : mentionAt(value, caret)
  const found = useLookup(['user'], typing?.query ?? '', !!typing)
  const people = typing ? (found.data ?? []).filter((link) => link.id).slice(0, 6) : []
  const open = people.length > 0

  const choose = (index: number) => {
    const person = people[index]
    if (!person?.id || !typing) return
    const name = person.title ?? ''
    const before = `${value.slice(0, typing.from)}@${name} `
    onPick({ id: person.id, name })
    onChange(before + value.slice(caret))
    setClosed(true)
    requestAnimationFrame(() => {
      area.current?.focus()
      area.current?.setSelectionRange(before.length, before.length)
    })
  }
  return (
    <div className="relative">
      <TextArea
        ref={area}
        rows={rows}
        aria-label={label}
        placeholder={placeholder}
        autoFocus={!!autoFocus}
        value={value}
        maxLength={20_000}
        {...(open ? { 'aria-controls': list, 'aria-activedescendant': `${list}-${active}` } : {})}
        onChange={(event) => {
          onChange(event.target.value)
          setCaret(event.target.selectionStart)
          setClosed(false)
          setActive(0)
        }}
        onKeyUp={(event) => setCaret(event.currentTarget.selectionStart)}
        onClick={(event) => setCaret(event.currentTarget.selectionStart)}
        onBlur={() => setClosed(true)}
        onKeyDown={(event) => {
          if (composing(event)) return
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault()
            onSend?.()
          }
          if (!open) return
          const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
          if (step) setActive((now) => Math.max(0, Math.min(people.length - 1, now + step)))
          else if (event.key === 'Enter' || event.key === 'Tab') choose(active)
          else if (event.key === 'Escape') setClosed(true)
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      {open && (
        <div
          id={list}
          role="listbox"
          aria-label={t('activity.people')}
          className="absolute top-full left-0 z-30 mt-1 w-60 rounded-lg bg-overlay p-1 shadow-pop"
        >
          {people.map((person, index) => (
            <div
              key={person.id}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              onPointerDown={(event) => {
                event.preventDefault()
                choose(index)
              }}
              className={cn('flex min-h-8 items-center gap-2 rounded-md px-2 text-sm', index === active && 'bg-hover')}
            >
              <Avatar name={person.title ?? ''} /> <span className="truncate">{person.title}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
