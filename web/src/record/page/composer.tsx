import { MessageSquare } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Field, LinkValue, Rec } from '@/api/types'
import { editable, fieldOf, isLink, titleOf, useEntity, useLabel, useMe, useRights } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { useLookup } from '@/record/fields/linked'
import { isEmpty } from '@/record/fields/registry'
import { bodyOf, type Draft } from '@/record/form/draft'
import { FormFault, Inputs } from '@/record/form/form'
import { Avatar } from '@/ui/badge'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { composing, Segments, TextArea } from '@/ui/control'
import { toast, toastFailure } from '@/ui/toast'

/** What one writes by hand most: the rest is imported or sent. */
const written = ['note', 'call', 'visit', 'meeting', 'task']

/** The box above a timeline: log what happened, plan what comes next, or say something to colleagues. */
export function Composer({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const label = useLabel()
  const activity = useEntity('activity')
  const rights = useRights('activity')
  const kinds =
    activity && rights.create
      ? (fieldOf(activity, 'kind')?.options ?? []).filter((option) => written.includes(option.name) && !option.retired)
      : []
  const links = activity ? linksTo(activity, entity, record) : {}
  const usable = entity.name !== 'activity' && Object.keys(links).length > 0 ? kinds : []
  const [mode, setMode] = useState<string>(usable[0]?.name ?? 'comment')
  return (
    <section aria-label={t('record.composer')} className="rounded-lg border bg-surface shadow-card">
      <div className="flex overflow-x-auto border-b p-1.5">
        <Segments
          label={t('record.composer')}
          value={mode}
          onChange={setMode}
          options={[
            ...usable.map((option) => ({ value: option.name, label: label(option.label) })),
            {
              value: 'comment',
              label: (
                <>
                  <MessageSquare /> {t('record.comment')}
                </>
              ),
            },
          ]}
        />
      </div>
      <div className="p-3">
        {mode === 'comment' || !activity ? (
          <CommentBox entity={entity} record={record} />
        ) : (
          <ActivityBox key={mode} activity={activity} kind={mode} links={links} />
        )}
      </div>
    </section>
  )
}

/** The links by which a new activity hangs on a record, its customer among them. */
function linksTo(activity: Entity, entity: Entity, record: Rec): Draft {
  const links: Draft = {}
  const own: LinkValue = { id: record.id, title: titleOf(entity, record), object: entity.name }
  for (const field of activity.fields) {
    if (field.right !== 'write') continue
    if (field.kind === 'link' && field.target === entity.name) links[field.name] = own
    else if (field.kind === 'ref' && field.targets?.includes(entity.name)) links[field.name] = own
    else if (field.kind === 'link' && field.target === 'customer') {
      const through = Object.values(entity.fields).find(
        (candidate) => candidate.target === 'customer' && (candidate.kind === 'link' || candidate.kind === 'links'),
      )
      const value = through && record[through.name]
      const first = Array.isArray(value) ? value[0] : value
      if (isLink(first) && first.id) links[field.name] = first
    }
  }
  return links
}

/** The few fields that a quick entry asks for: what is required, the text, and for what is planned the dates. */
function quickFields(activity: Entity, kind: string): Field[] {
  const planned = kind === 'task' || kind === 'meeting'
  return editable(activity, true).filter((field) => {
    if (
      ['kind', 'owner', 'customer', 'contact', 'lead', 'deal', 'order', 'ticket', 'tags'].includes(field.name) ||
      field.kind === 'link' ||
      field.kind === 'ref' ||
      field.kind === 'links'
    )
      return false
    if (field.required || field.name === activity.title_field || field.kind === 'long_text') return true
    if (/^(due|remind)/.test(field.name)) return planned
    return kind === 'call' && /^(direction|duration|result)/.test(field.name)
  })
}

function ActivityBox({ activity, kind, links }: { activity: Entity; kind: string; links: Draft }) {
  const { t } = useTranslation()
  const label = useLabel()
  const undo = useUndo()
  const [draft, setDraft] = useState<Draft>({})
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const fields = quickFields(activity, kind)
  const text = fields.find((field) => field.kind === 'long_text')

  async function save(event: React.FormEvent) {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    // Who writes only the text has said enough: its first line is the title.
    const titled = { ...draft }
    if (text && isEmpty(titled[activity.title_field]) && typeof titled[text.name] === 'string')
      titled[activity.title_field] = String(titled[text.name]).split('\n')[0]?.slice(0, 60)
    try {
      const { changeSet } = await records.create('activity', bodyOf(activity, { ...links, kind, ...titled }))
      setDraft({})
      renew()
      undo(t('record.created', { name: label(activity.label) }), changeSet)
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form noValidate onSubmit={save} className="space-y-3">
      <Inputs
        fields={fields}
        draft={draft}
        error={error}
        onChange={(name, value) => setDraft((now) => ({ ...now, [name]: value }))}
      />
      <FormFault error={error} known={fields.map((field) => field.name)} />
      <div className="flex justify-end">
        <Button type="submit" variant="primary" disabled={busy || fields.every((field) => isEmpty(draft[field.name]))}>
          {t('ui.save')}
        </Button>
      </div>
    </form>
  )
}

/** A word to colleagues; @ and a name calls someone's attention. */
function CommentBox({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const me = useMe()
  const [text, setText] = useState('')
  const [asked, setAsked] = useState<string>()
  const [active, setActive] = useState(0)
  const [mentioned, setMentioned] = useState<LinkValue[]>([])
  const [busy, setBusy] = useState(false)
  const people = useLookup(['user'], asked ?? '', asked !== undefined)
  const offers = asked === undefined ? [] : (people.data ?? []).filter((person) => person.id !== me.user.id).slice(0, 6)

  const change = (next: string, caret: number) => {
    setText(next)
    setActive(0)
    setAsked(/@([^\s@]{0,20})$/.exec(next.slice(0, caret))?.[1])
  }
  const pick = (person: LinkValue) => {
    setText(text.replace(/@[^\s@]{0,20}$/, `@${person.title} `))
    setMentioned([...mentioned, person])
    setAsked(undefined)
  }
  const onKey = (event: KeyboardEvent) => {
    if (composing(event)) return
    if (offers.length && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      setActive((active + (event.key === 'ArrowDown' ? 1 : offers.length - 1)) % offers.length)
    } else if (offers.length && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault()
      const person = offers[active]
      if (person) pick(person)
    } else if (event.key === 'Escape') setAsked(undefined)
    else if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void send()
  }
  async function send() {
    if (!text.trim() || busy) return
    setBusy(true)
    try {
      const mentions = mentioned.filter((person) => text.includes(`@${person.title}`)).map((person) => person.id)
      await space.post(`/records/${entity.name}/${record.id}/comments`, {
        text: text.trim(),
        mentions: [...new Set(mentions)],
      })
      setText('')
      setMentioned([])
      renew(entity.name)
      toast(t('record.comment_saved'))
    } catch (error) {
      toastFailure((error as Error).message)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="relative">
      <TextArea
        aria-label={t('record.comment')}
        placeholder={t('record.comment_hint')}
        value={text}
        onChange={(event) => change(event.target.value, event.target.selectionStart)}
        onKeyDown={onKey}
      />
      {offers.length > 0 && (
        <ul
          role="listbox"
          aria-label={t('record.mention')}
          className="absolute top-full left-2 z-20 -mt-10 w-56 rounded-lg bg-overlay p-1 shadow-pop"
        >
          {offers.map((person, index) => (
            <li
              key={person.id}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              onPointerDown={(event) => {
                event.preventDefault()
                pick(person)
              }}
              className={cn('flex h-8 items-center gap-2 rounded-md px-2 text-sm', index === active && 'bg-hover')}
            >
              <Avatar name={person.title ?? ''} /> {person.title}
            </li>
          ))}
        </ul>
      )}
      <div className="mt-2 flex justify-end">
        <Button variant="primary" disabled={busy || !text.trim()} onClick={send}>
          {t('record.comment_send')}
        </Button>
      </div>
    </div>
  )
}
