import { useRouter } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '@/api/client'
import { faultOf, Problem } from '@/api/problem'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, Field, Rec } from '@/api/types'
import { editable, sectionsOf, useLabel, useMe } from '@/record/catalog'
import { isEmpty, kindOf } from '@/record/fields/registry'
import { Editor } from '@/record/fields/value'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Labeled } from '@/ui/control'
import { useLocale } from '@/ui/format'
import { useUndo } from '../edit'
import { Conflict } from './conflict'
import { defaultsOf } from './defaults'
import { bodyOf, type Draft } from './draft'
import { Duplicates } from './duplicates'

/** The inputs of some fields, two in a row where there is room. Shared by every form that is made from the catalog. */
export function Inputs({
  fields,
  draft,
  error,
  first,
  onChange,
}: {
  fields: Field[]
  draft: Draft
  error?: unknown
  first?: boolean
  onChange: (name: string, value: unknown) => void
}) {
  const label = useLabel()
  return (
    <div className="@container">
      <div className="grid gap-x-4 gap-y-3.5 @md:grid-cols-2">
        {fields.map((field, index) => (
          <Labeled
            key={field.name}
            label={label(field.label)}
            required={!!field.required}
            help={label(field.help)}
            fault={faultOf(error, field.name)}
            className={cn(kindOf(field).wide && '@md:col-span-2')}
          >
            {(ids) => (
              <Editor
                {...ids}
                field={field}
                value={draft[field.name] ?? null}
                autoFocus={!!first && index === 0 && kindOf(field).instant !== true}
                onChange={(value) => onChange(field.name, value)}
              />
            )}
          </Labeled>
        ))}
      </div>
    </div>
  )
}

/** The inputs under the headings of the object's layout. */
function Sections({ entity, fields, first, ...rest }: Omit<Parameters<typeof Inputs>[0], 'key'> & { entity: Entity }) {
  const label = useLabel()
  return sectionsOf(entity, fields).map((section, index) => {
    const title = label(section.label)
    return (
      <section key={section.fields[0]?.name} aria-label={title || undefined} className="space-y-3">
        {title && <h3 className="border-b pb-1 text-sm font-medium">{title}</h3>}
        <Inputs {...rest} fields={section.fields} first={!!first && index === 0} />
      </section>
    )
  })
}

/** Faults that belong to no field on the form, and refusals as a whole. */
export function FormFault({ error, known }: { error: unknown; known: string[] }) {
  if (!error) return null
  const faults =
    error instanceof Problem
      ? error.faults.filter(
          (fault) =>
            !known.some(
              (name) =>
                fault.field === name || fault.field.startsWith(`${name}[`) || fault.field.startsWith(`${name}.`),
            ),
        )
      : []
  const text =
    error instanceof Problem && error.faults.length
      ? faults.map((fault) => fault.message).join(' ')
      : (error as Error).message
  if (!text) return null
  return (
    <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
      {text}
    </p>
  )
}

type FormProps = {
  entity: Entity
  record?: Rec
  initial?: Draft
  /** Fields that this form leaves out, which may depend on what stands in the others. */
  omit?: string[] | ((draft: Draft) => string[])
  /** Between the fields and the buttons, such as the lines of an order; it is told what was wrong with the last try. */
  extra?: ReactNode | ((error: unknown, draft: Draft) => ReactNode)
  /** What stands in `extra`, as the write takes it. */
  also?: Record<string, unknown> | undefined
  onDone: (saved: Rec) => void
  onCancel: () => void
}

/** The form of any object, from its catalog: for a new record, or one that exists. */
export function RecordForm({ entity, record, initial, omit, onDone, onCancel, extra, also }: FormProps) {
  const { t } = useTranslation()
  const label = useLabel()
  const undo = useUndo()
  const me = useMe()
  const locale = useLocale()
  const [base, setBase] = useState(record)
  const [draft, setDraft] = useState<Draft>(() => ({
    ...(record ? {} : defaultsOf(entity, me, locale)),
    ...initial,
    ...(record ? Object.fromEntries(entity.fields.map((field) => [field.name, record[field.name]])) : {}),
  }))
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const dirty = useRef(false)
  useUnsaved(dirty)
  const alsoText = JSON.stringify(also)
  const untouched = useRef(alsoText)
  useEffect(() => {
    if (alsoText !== untouched.current) dirty.current = true
    untouched.current = alsoText
  }, [alsoText])

  const left = typeof omit === 'function' ? omit(draft) : (omit ?? [])
  const fields = editable(entity, !record).filter((field) => !left.includes(field.name))
  // What must be filled stands first, the title before all.
  const ordered = [...fields].sort((a, b) => rank(entity, a) - rank(entity, b))
  const change = (name: string, value: unknown) => {
    dirty.current = true
    setDraft((now) => ({ ...now, [name]: value }))
  }

  async function submit(event?: React.FormEvent, over = base) {
    event?.preventDefault()
    event?.stopPropagation()
    const missing = fields.filter((field) => field.required && isEmpty(draft[field.name]))
    if (missing.length) {
      setError(
        new Problem(422, {
          code: 'invalid',
          faults: missing.map((field) => ({
            field: field.name,
            code: 'required',
            message: t('record.required', { name: label(field.label) }),
          })),
        }),
      )
      return focusFault(form.current)
    }
    setBusy(true)
    setError(undefined)
    try {
      const sent = Object.fromEntries(Object.entries(draft).filter(([name]) => !left.includes(name) || initial?.[name]))
      const body = { ...bodyOf(entity, sent, over), ...also }
      const answer: Answer<Rec> = over
        ? await records.update(entity.name, over.id, over.version, body)
        : await records.create(entity.name, body)
      dirty.current = false
      renew()
      undo(t(record ? 'record.saved' : 'record.created', { name: label(entity.label) }), answer.changeSet, entity.name)
      onDone(answer.data)
    } catch (failure) {
      setError(failure)
      setBusy(false)
      focusFault(form.current)
    }
  }

  /** Another was quicker: what they wrote is taken for the fields in dispute, or written over. */
  function settle(theirs: Record<string, unknown>, version: number, mine: boolean) {
    if (!base) return
    const fresh = { ...base, ...theirs, version }
    setBase(fresh)
    setError(undefined)
    if (mine) void submit(undefined, fresh)
    else setDraft((now) => ({ ...now, ...theirs }))
  }

  return (
    <form ref={form} noValidate onSubmit={submit} className="space-y-4">
      <Sections entity={entity} fields={ordered} draft={draft} error={error} first={!record} onChange={change} />
      {typeof extra === 'function' ? extra(error, draft) : extra}
      {!record && <Duplicates entity={entity} draft={draft} />}
      {error instanceof Problem && error.status === 412 ? (
        <Conflict entity={entity} problem={error} settle={settle} />
      ) : (
        <FormFault error={error} known={[...fields.map((field) => field.name), ...Object.keys(also ?? {})]} />
      )}
      <div className="sticky -bottom-5 -mx-5 -mb-5 flex justify-end gap-2 border-t bg-overlay px-5 py-3">
        <Button onClick={onCancel}>{t('ui.cancel')}</Button>
        <Button type="submit" variant="primary" disabled={busy}>
          {t('ui.save')}
        </Button>
      </div>
    </form>
  )
}

const rank = (entity: Entity, field: Field) =>
  field.name === entity.title_field ? 0 : field.required ? 1 : kindOf(field).wide ? 3 : 2

/** Takes the eye and the keyboard to the first thing that is wrong. */
function focusFault(form: HTMLFormElement | null) {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
}

/** Asks before a page with unsaved input is left or closed. */
export function useUnsaved(dirty: React.RefObject<boolean>) {
  const { t } = useTranslation()
  const router = useRouter()
  useEffect(() => {
    const stop = (event: BeforeUnloadEvent) => {
      if (dirty.current) event.preventDefault()
    }
    addEventListener('beforeunload', stop)
    const free = router.history.block({
      blockerFn: () => dirty.current && !confirm(t('record.unsaved')),
      enableBeforeUnload: false,
    })
    return () => {
      removeEventListener('beforeunload', stop)
      free()
    }
  }, [router, t, dirty])
}
