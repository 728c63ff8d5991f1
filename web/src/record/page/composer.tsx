import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Field, LinkValue, Rec } from '@/api/types'
import { editable, fieldOf, isLink, titleOf, useEntity, useLabel, useRights } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { isEmpty } from '@/record/fields/registry'
import { bodyOf, type Draft } from '@/record/form/draft'
import { FormFault, Inputs } from '@/record/form/form'
import { Button } from '@/ui/button'
import { Segments } from '@/ui/control'

/** What one writes by hand most: the rest is imported or sent. */
const written = ['note', 'call', 'visit', 'meeting', 'task']

/** The box above a timeline: log what happened, or plan what comes next. */
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
  const [mode, setMode] = useState<string>(usable[0]?.name ?? '')
  if (!activity || !mode) return null
  return (
    <section aria-label={t('record.composer')} className="rounded-lg border bg-surface shadow-card">
      <div className="flex overflow-x-auto border-b p-1.5">
        <Segments
          label={t('record.composer')}
          value={mode}
          onChange={setMode}
          options={usable.map((option) => ({ value: option.name, label: label(option.label) }))}
        />
      </div>
      <div className="p-3">
        <ActivityBox key={mode} activity={activity} kind={mode} links={links} />
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
