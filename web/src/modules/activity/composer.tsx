import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { faultOf } from '@/api/problem'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Rec } from '@/api/types'
import { fieldOf, useEntity, useLabel, useRights } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { FormFault } from '@/record/form/form'
import { Button } from '@/ui/button'
import { Input, Labeled, Segments, Select, Switch } from '@/ui/control'
import { fromLocalInput, toLocalInput, useLocale } from '@/ui/format'
import { CommentBox } from './comment'
import { type Lead, remindAt } from './due'
import { commentable, linksTo, subjectOf } from './links'
import { mentioned, type Person } from './mention'
import { MentionArea } from './mention-area'
import { DuePicker, ReminderSelect } from './when'

/** What one writes by hand most: the rest is imported or sent. */
const written = ['note', 'call', 'visit', 'meeting', 'task']

/** The box above a timeline: log what happened, plan what comes next, or say something. */
export default function Composer({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const label = useLabel()
  const activity = useEntity('activity')
  const comment = useEntity('comment')
  const rights = useRights('activity')
  const commentRights = useRights('comment')
  const [mode, setMode] = useState('note')
  const [text, setText] = useState('')
  const links = activity ? linksTo(activity, entity, record) : {}
  const modes =
    activity && rights.create && Object.keys(links).length > 0
      ? (fieldOf(activity, 'kind')?.options ?? [])
          .filter((option) => written.includes(option.name) && !option.retired)
          .map((option) => ({ value: option.name, label: label(option.label) }))
      : []
  if (commentRights.create && commentable(comment, entity.name))
    modes.push({ value: 'comment', label: t('activity.comment') })
  const shown = modes.some((option) => option.value === mode) ? mode : modes[0]?.value
  if (!shown) return null
  return (
    <section aria-label={t('activity.composer')} className="rounded-lg border bg-surface shadow-card">
      {modes.length > 1 && (
        <div className="flex overflow-x-auto border-b p-1.5">
          <Segments label={t('activity.composer')} value={shown} onChange={setMode} options={modes} />
        </div>
      )}
      <div className="p-3">
        {shown === 'comment' || !activity ? (
          <CommentBox object={entity.name} id={record.id} />
        ) : (
          <ActivityBox key={shown} activity={activity} kind={shown} links={links} text={text} setText={setText} />
        )}
      </div>
    </section>
  )
}

type Draft = {
  subject: string
  at: string | null
  duration: string
  outcome: string
  due: string | null
  remind: Lead
  priority: string
}
const blank: Draft = { subject: '', at: null, duration: '', outcome: '', due: null, remind: 'none', priority: '' }
type Next = { subject: string; due: string | null; remind: Lead }

/** Without what nobody filled in. */
const filled = (fields: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  )

function ActivityBox({
  activity,
  kind,
  links,
  text,
  setText,
}: {
  activity: Entity
  kind: string
  links: Record<string, string>
  text: string
  setText: (text: string) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const undo = useUndo()
  const [draft, setDraft] = useState<Draft>(blank)
  const [next, setNext] = useState<Next>()
  const [people, setPeople] = useState<Person[]>([])
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const put = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }))
  const task = kind === 'task'
  const option = fieldOf(activity, 'kind')?.options?.find((known) => known.name === kind)
  const outcome = fieldOf(activity, 'outcome')?.options?.find((known) => known.name === draft.outcome)

  const body = () => {
    const mentions = mentioned(text, people)
    const spoken =
      subjectOf(text) || (outcome ? `${label(option?.label)}${t('activity.colon')}${label(outcome.label)}` : '')
    return {
      ...links,
      kind,
      ...filled({
        subject: draft.subject.trim() || spoken || (task ? '' : label(option?.label)),
        body: text.trim(),
        ...(task
          ? { due_at: draft.due, remind_at: remindAt(draft.due, draft.remind), priority: draft.priority }
          : { at: draft.at, duration: draft.duration ? Number(draft.duration) : null, outcome: draft.outcome }),
      }),
      ...(mentions.length ? { mentions } : {}),
    }
  }
  const step = (planned: Next) => ({
    ...links,
    kind: 'task',
    ...filled({
      subject: planned.subject.trim(),
      due_at: planned.due,
      remind_at: remindAt(planned.due, planned.remind),
    }),
  })

  async function save() {
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      const { changeSet } = next
        ? await space.post('/bulk', {
            atomic: true,
            operations: [body(), step(next)].map((fields) => ({ method: 'POST', object: 'activity', body: fields })),
          })
        : await records.create('activity', body())
      setText('')
      setDraft(blank)
      setNext(undefined)
      renew()
      undo(t(next ? 'activity.logged_both' : 'record.created', { name: label(option?.label) }), changeSet)
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  const fault = (name: string, at = 0) =>
    faultOf(error, `ops[${at}].${name}`) ?? (at ? undefined : faultOf(error, name))
  const empty = !text.trim() && !draft.subject.trim() && !draft.outcome
  return (
    <form
      noValidate
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {(task || kind === 'visit' || kind === 'meeting') && (
        <Labeled label={t('activity.subject')} required={task} fault={fault('subject')}>
          {(ids) => (
            <Input
              {...ids}
              maxLength={200}
              value={draft.subject}
              onChange={(event) => put({ subject: event.target.value })}
            />
          )}
        </Labeled>
      )}
      {kind === 'call' && (
        <Outcomes activity={activity} value={draft.outcome} onChange={(name) => put({ outcome: name })} />
      )}
      <MentionArea
        value={text}
        label={t('activity.text')}
        placeholder={t(task ? 'activity.text_hint_task' : 'activity.text_hint')}
        rows={task ? 2 : 3}
        onChange={setText}
        onPick={(person) => setPeople((now) => [...now, person])}
        onSend={() => void save()}
      />
      {task ? (
        <div className="grid gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)]">
          <DuePicker
            label={t('activity.due')}
            value={draft.due}
            fault={fault('due_at')}
            onChange={(due) => put({ due })}
          />
          <ReminderSelect value={draft.remind} onChange={(remind) => put({ remind })} />
          <Choice
            activity={activity}
            name="priority"
            value={draft.priority}
            onChange={(priority) => put({ priority })}
          />
        </div>
      ) : (
        kind !== 'note' && <Times draft={draft} fault={fault} put={put} />
      )}
      {next && (
        <fieldset className="rounded-md bg-surface-2 p-3">
          <legend className="sr-only">{t('activity.next')}</legend>
          <div className="grid gap-3 sm:grid-cols-[minmax(0,1.4fr)_minmax(0,1.2fr)_minmax(0,0.8fr)]">
            <Labeled label={t('activity.next_subject')} required fault={fault('subject', 1)}>
              {(ids) => (
                <Input
                  {...ids}
                  autoFocus
                  maxLength={200}
                  value={next.subject}
                  onChange={(event) => setNext({ ...next, subject: event.target.value })}
                />
              )}
            </Labeled>
            <DuePicker
              label={t('activity.due')}
              value={next.due}
              fault={fault('due_at', 1)}
              onChange={(due) => setNext({ ...next, due })}
            />
            <ReminderSelect value={next.remind} onChange={(remind) => setNext({ ...next, remind })} />
          </div>
        </fieldset>
      )}
      <FormFault
        error={error}
        known={['subject', 'due_at', 'at', 'duration', 'ops[0].subject', 'ops[1].subject', 'ops[1].due_at']}
      />
      <div className="flex flex-wrap items-center gap-3">
        {!task && (
          <span className="flex items-center gap-2 text-sm text-muted">
            <Switch
              checked={!!next}
              label={t('activity.and_next')}
              onChange={(on) => setNext(on ? { subject: '', due: null, remind: '15' } : undefined)}
            />
            <span aria-hidden>{t('activity.and_next')}</span>
          </span>
        )}
        <Button type="submit" variant="primary" className="ml-auto" disabled={busy || empty}>
          {t('ui.save')}
        </Button>
      </div>
    </form>
  )
}

function Outcomes({
  activity,
  value,
  onChange,
}: {
  activity: Entity
  value: string
  onChange: (name: string) => void
}) {
  const label = useLabel()
  const field = fieldOf(activity, 'outcome')
  if (field?.right !== 'write') return null
  return (
    <div className="flex overflow-x-auto">
      <Segments
        label={label(field.label)}
        value={value}
        onChange={(name) => onChange(name === value ? '' : name)}
        options={(field.options ?? [])
          .filter((option) => !option.retired)
          .map((option) => ({ value: option.name, label: label(option.label) }))}
      />
    </div>
  )
}

function Choice({
  activity,
  name,
  value,
  onChange,
}: {
  activity: Entity
  name: string
  value: string
  onChange: (name: string) => void
}) {
  const label = useLabel()
  const field = fieldOf(activity, name)
  if (field?.right !== 'write') return null
  return (
    <Labeled label={label(field.label)}>
      {(ids) => (
        <Select {...ids} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">—</option>
          {field.options
            ?.filter((option) => !option.retired)
            .map((option) => (
              <option key={option.name} value={option.name}>
                {label(option.label)}
              </option>
            ))}
        </Select>
      )}
    </Labeled>
  )
}

/** When it was and how long it took; now, unless one says otherwise. */
function Times({
  draft,
  fault,
  put,
}: {
  draft: Draft
  fault: (name: string) => string | undefined
  put: (change: Partial<Draft>) => void
}) {
  const { t } = useTranslation()
  const locale = useLocale()
  return (
    <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,1fr)] gap-3 sm:max-w-md">
      <Labeled label={t('activity.at')} fault={fault('at')}>
        {(ids) => (
          <Input
            {...ids}
            type="datetime-local"
            value={toLocalInput(draft.at ?? new Date().toISOString(), locale)}
            onChange={(event) => put({ at: event.target.value ? fromLocalInput(event.target.value, locale) : null })}
          />
        )}
      </Labeled>
      <Labeled label={t('activity.minutes')} fault={fault('duration')}>
        {(ids) => (
          <Input
            {...ids}
            type="number"
            min={0}
            inputMode="numeric"
            value={draft.duration}
            onChange={(event) => put({ duration: event.target.value })}
          />
        )}
      </Labeled>
    </div>
  )
}
