import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { faultOf, messageOf, Problem } from '@/api/problem'
import type { Kind, Option } from '@/api/types'
import { useLabel } from '@/record/catalog'
import { Button } from '@/ui/button'
import { Input, Labeled, Select, Switch } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { useLocale } from '@/ui/format'
import { Picker } from '@/ui/picker'
import { toast } from '@/ui/toast'
import { Fault } from '../parts'
import { both, can, kinds, type MetaField, type MetaObject, metaQuery, nameFrom, renewMeta } from './meta'
import { Names } from './names'
import { colours, Options } from './options'
import { UniqueNotice } from './unique'

type Draft = {
  kind: Kind
  zh: string
  en: string
  helpZh: string
  helpEn: string
  required: boolean
  unique: boolean
  list: boolean
  search: boolean
  match: boolean
  immutable: boolean
  personal: boolean
  options: Option[]
  target: string
  targets: string[]
  onDelete: string
  scale: string
  min: string
  max: string
  length: string
  pattern: string
  standing: string
  prefix: string
  date: string
  digits: string
  reset: string
}

function draftOf(field: MetaField | undefined): Draft {
  return {
    kind: field?.kind ?? 'text',
    zh: field?.label.zh ?? '',
    en: field?.label.en ?? '',
    helpZh: field?.help?.zh ?? '',
    helpEn: field?.help?.en ?? '',
    required: !!field?.required,
    unique: !!field?.unique,
    list: (field?.place ?? 0) > 0,
    search: !!field?.search,
    match: !!field?.match_state,
    immutable: !!field?.immutable,
    personal: !!field?.personal,
    options: field?.options ?? [],
    target: field?.target ?? 'customer',
    targets: field?.targets ?? [],
    onDelete: 'clear',
    scale: String(field?.scale ?? 2),
    min: String(field?.min ?? ''),
    max: String(field?.max ?? ''),
    length: String(field?.max_length ?? ''),
    pattern: field?.pattern ?? '',
    standing: typeof field?.default === 'string' ? field.default : field?.default === true ? 'true' : '',
    prefix: '',
    date: '2006',
    digits: '4',
    reset: 'year',
  }
}

/** Behind it no column can stand. */
const lastPlace = 100

const number = (text: string) => (text.trim() === '' ? undefined : Number(text))
const filled = (body: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== ''))

/** What a new field is told; only what its kind understands. */
function creation(draft: Draft, place: number): Record<string, unknown> {
  const { kind } = draft
  return filled({
    name: nameFrom(draft.en, 'x_'),
    kind,
    ...shared(draft, place),
    immutable: draft.immutable || undefined,
    personal: draft.personal || undefined,
    default: standing(draft),
    max_length: can.length(kind) ? number(draft.length) : undefined,
    min: can.range(kind) ? draft.min : undefined,
    max: can.range(kind) ? draft.max : undefined,
    pattern: can.pattern(kind) ? draft.pattern : undefined,
    scale: can.scale(kind) ? number(draft.scale) : undefined,
    target: can.target(kind) ? draft.target : undefined,
    on_delete: can.target(kind) ? draft.onDelete : undefined,
    targets: can.targets(kind) ? draft.targets : undefined,
    series: can.series(kind)
      ? { prefix: draft.prefix, date: draft.date, digits: number(draft.digits) ?? 4, reset: draft.reset, gapped: false }
      : undefined,
  })
}

function shared(draft: Draft, place: number): Record<string, unknown> {
  const { kind } = draft
  return {
    label: both(draft.zh, draft.en),
    ...(draft.helpZh || draft.helpEn ? { help: both(draft.helpZh, draft.helpEn) } : {}),
    place: draft.list ? place : 0,
    ...(can.required(kind) ? { required: draft.required } : {}),
    ...(can.search(kind) ? { search: draft.search } : {}),
    ...(can.match(kind) ? { match: draft.match } : {}),
    ...(can.unique(kind) ? { unique: draft.unique } : {}),
    ...(can.options(kind)
      ? { options: draft.options.map((option) => ({ ...option, label: both(option.label.zh, option.label.en) })) }
      : {}),
  }
}

function standing(draft: Draft): unknown {
  const text = draft.standing
  if (!text) return undefined
  return draft.kind === 'boolean' ? text === 'true' : draft.kind === 'number' ? number(text) : text
}

/** Only what was changed: what stays unsaid stays as it is, and fixed properties are never named. */
function changes(draft: Draft, field: MetaField, place: number, version: number): Record<string, unknown> {
  const before = draftOf(field)
  const now = shared(draft, field.place && draft.list ? field.place : place)
  const was = shared(before, field.place ?? 0)
  const body: Record<string, unknown> = { version }
  for (const [name, value] of Object.entries(now))
    if (JSON.stringify(value) !== JSON.stringify(was[name])) body[name] = value
  if (field.custom) {
    if (draft.min !== before.min) body.min = draft.min
    if (draft.max !== before.max) body.max = draft.max
    if (draft.pattern !== before.pattern) body.pattern = draft.pattern
    if (draft.length !== before.length) body.max_length = number(draft.length) ?? 0
    if (draft.standing !== before.standing) body.default = standing(draft) ?? null
    if (draft.immutable !== before.immutable) body.immutable = draft.immutable
  }
  return body
}

/** A field of an object: a new one of any kind, or what may be changed of one that exists. */
export function FieldDialog({
  object,
  field,
  version,
  close,
}: {
  object: MetaObject
  field?: MetaField
  version: number
  close: () => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const { lang } = useLocale()
  const [draft, setDraft] = useState<Draft>(() => draftOf(field))
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }))
  // Behind the columns that were given a place; the owner keeps the last of all.
  const place = Math.max(0, ...object.fields.map((entry) => entry.place ?? 0).filter((at) => at < lastPlace - 1)) + 1
  const path = `/meta/objects/${object.name}/fields`
  const save = useMutation({
    mutationFn: () =>
      field
        ? space.patch(`${path}/${field.name}`, changes(draft, field, place, version))
        : space.post(path, creation(draft, place)),
    onSuccess: () => {
      toast(t('settings.saved'))
      close()
    },
    onSettled: renewMeta,
  })
  const fresh = !field
  const custom = fresh || !!field.custom
  const kind = draft.kind
  const known = ['label', 'name', 'min', 'max', 'max_length', 'pattern', 'scale', 'target', 'default']
  const rest =
    save.error instanceof Problem && save.error.faults.length
      ? save.error.faults.filter((fault) => !known.some((name) => fault.field.startsWith(name)))
      : undefined
  const text = (
    name: 'helpZh' | 'helpEn' | 'min' | 'max' | 'length' | 'pattern' | 'scale' | 'prefix' | 'digits',
    words: string,
    fault?: string,
  ) => (
    <Labeled label={words} fault={fault}>
      {(ids) => (
        <Input {...ids} maxLength={200} value={draft[name]} onChange={(event) => set({ [name]: event.target.value })} />
      )}
    </Labeled>
  )
  return (
    <Dialog open onOpenChange={close} size="lg" title={field ? label(field.label) : t('settings.field.new')}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        {fresh && (
          <Labeled label={t('settings.field.kind')} help={t(`settings.kind_text.${kind}`)}>
            {(ids) => (
              <Select
                {...ids}
                value={kind}
                onChange={(event) => {
                  const next = event.target.value as Kind
                  set({
                    kind: next,
                    standing: '',
                    options:
                      can.options(next) && !draft.options.length
                        ? [
                            { name: nameFrom('', 'o_'), label: { zh: '', en: '' }, color: colours[1] },
                            { name: nameFrom('', 'o_'), label: { zh: '', en: '' }, color: colours[2] },
                          ]
                        : draft.options,
                  })
                }}
              >
                {kinds.map((name) => (
                  <option key={name} value={name}>
                    {t(`settings.kind.${name}`)}
                  </option>
                ))}
              </Select>
            )}
          </Labeled>
        )}
        <div className="grid gap-4 sm:grid-cols-2">
          <Names
            words={draft}
            onChange={set}
            faults={{ zh: faultOf(save.error, 'label'), en: faultOf(save.error, 'name') }}
          />
          {lang === 'zh' && text('helpZh', t('settings.field.help_zh'))}
          {text('helpEn', t('settings.field.help_en'))}
          {lang === 'en' && text('helpZh', t('settings.field.help_zh'))}
        </div>
        {can.options(kind) && <Options options={draft.options} onChange={(options) => set({ options })} />}
        {fresh && <Targets draft={draft} set={set} fault={faultOf(save.error, 'target')} />}
        {fresh && can.series(kind) && (
          <div className="grid gap-4 sm:grid-cols-4">
            {text('prefix', t('settings.field.prefix'))}
            <Choice
              label={t('settings.field.series_date')}
              value={draft.date}
              onChange={(date) => set({ date })}
              options={[
                ['', t('settings.field.none')],
                ['2006', 'YYYY'],
                ['200601', 'YYYYMM'],
                ['20060102', 'YYYYMMDD'],
              ]}
            />
            {text('digits', t('settings.field.digits'))}
            <Choice
              label={t('settings.field.reset')}
              value={draft.reset}
              onChange={(reset) => set({ reset })}
              options={(['', 'year', 'month', 'day'] as const).map((value) => [
                value,
                t(`settings.reset.${value || 'never'}`),
              ])}
            />
          </div>
        )}
        {custom && (
          <div className="grid gap-4 sm:grid-cols-2">
            {can.range(kind) && text('min', t('settings.field.min'), faultOf(save.error, 'min'))}
            {can.range(kind) && text('max', t('settings.field.max'), faultOf(save.error, 'max'))}
            {can.length(kind) && text('length', t('settings.field.length'), faultOf(save.error, 'max_length'))}
            {can.pattern(kind) && text('pattern', t('settings.field.pattern'), faultOf(save.error, 'pattern'))}
            {fresh && can.scale(kind) && text('scale', t('settings.field.scale'), faultOf(save.error, 'scale'))}
            <Standing draft={draft} set={set} fault={faultOf(save.error, 'default')} />
          </div>
        )}
        <div className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
          {can.required(kind) && (
            <Toggle
              label={t('settings.field.required')}
              text={t('settings.field.required_text')}
              on={draft.required}
              set={(required) => set({ required })}
            />
          )}
          {can.unique(kind) && (
            <Toggle
              label={t('settings.field.unique')}
              text={t('settings.field.unique_text')}
              on={draft.unique}
              disabled={!custom && !!field?.unique}
              set={(unique) => set({ unique })}
            />
          )}
          <Toggle
            label={t('settings.field.in_list')}
            text={t('settings.field.in_list_text')}
            on={draft.list}
            set={(list) => set({ list })}
          />
          {can.search(kind) && (
            <Toggle
              label={t('settings.field.search')}
              text={t('settings.field.search_text')}
              on={draft.search}
              set={(search) => set({ search })}
            />
          )}
          {can.match(kind) && !field?.read_only && (
            <Toggle
              label={t('settings.field.match')}
              text={t('settings.field.match_text')}
              on={draft.match}
              set={(match) => set({ match })}
            />
          )}
          {custom && (
            <Toggle
              label={t('settings.field.immutable')}
              text={t('settings.field.immutable_text')}
              on={draft.immutable}
              set={(immutable) => set({ immutable })}
            />
          )}
          {fresh && (
            <Toggle
              label={t('settings.field.personal')}
              text={t('settings.field.personal_text')}
              on={draft.personal}
              set={(personal) => set({ personal })}
            />
          )}
        </div>
        {field && draft.unique === !!field.unique && <UniqueNotice object={object} field={field} />}
        <Fault
          error={
            rest
              ? rest.length > 0 && new Error(rest.map((fault) => fault.message).join(' '))
              : save.error && new Error(messageOf(save.error))
          }
        />
        <div className="sticky -bottom-5 -mx-5 -mb-5 flex justify-end gap-2 border-t bg-overlay px-5 py-3">
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={save.isPending}>
            {t('ui.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Toggle({
  label,
  text,
  on,
  disabled,
  set,
}: {
  label: string
  text: string
  on: boolean
  disabled?: boolean
  set: (on: boolean) => void
}) {
  return (
    <div className="flex items-start gap-3">
      <Switch label={label} checked={on} {...(disabled ? { disabled } : {})} onChange={set} />
      <div className="min-w-0" aria-hidden>
        <p>{label}</p>
        <p className="text-xs text-muted">{text}</p>
      </div>
    </div>
  )
}

function Choice({
  label,
  value,
  options,
  fault,
  onChange,
}: {
  label: ReactNode
  value: string
  options: (readonly [string, string])[]
  fault?: string | undefined
  onChange: (value: string) => void
}) {
  return (
    <Labeled label={label} fault={fault}>
      {(ids) => (
        <Select {...ids} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </Select>
      )}
    </Labeled>
  )
}

type Part = { draft: Draft; set: (change: Partial<Draft>) => void; fault?: string | undefined }

/** Where a link leads, and what becomes of it when that is deleted. */
function Targets({ draft, set, fault }: Part) {
  const { t } = useTranslation()
  const label = useLabel()
  const objects = useQuery(metaQuery).data?.objects.filter((entry) => !entry.retired) ?? []
  if (can.targets(draft.kind))
    return (
      <Labeled label={t('settings.field.targets')} fault={fault}>
        {(ids) => (
          <Picker
            {...ids}
            multiple
            aria-label={t('settings.field.targets')}
            options={objects
              .filter((entry) => entry.nav)
              .map((entry) => ({ value: entry.name, label: label(entry.label) }))}
            value={draft.targets}
            onChange={(targets) => set({ targets })}
          />
        )}
      </Labeled>
    )
  if (!can.target(draft.kind)) return null
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Choice
        label={t('settings.field.target')}
        fault={fault}
        value={draft.target}
        onChange={(target) => set({ target })}
        options={objects.map((entry) => [entry.name, label(entry.label)] as const)}
      />
      <Choice
        label={t('settings.field.on_delete')}
        value={draft.onDelete}
        onChange={(onDelete) => set({ onDelete })}
        options={(['clear', 'refuse', 'follow'] as const).map(
          (value) => [value, t(`settings.on_delete.${value}`)] as const,
        )}
      />
    </div>
  )
}

/** What stands in a new record when nobody says otherwise. */
function Standing({ draft, set, fault }: Part) {
  const { t } = useTranslation()
  const label = useLabel()
  const none = ['', t('settings.field.none')] as const
  const choices: Partial<Record<Kind, (readonly [string, string])[]>> = {
    owner: [none, ['me', t('settings.field.me')]],
    date: [none, ['today', t('settings.field.today')]],
    datetime: [none, ['now', t('settings.field.now')]],
    boolean: [none, ['true', t('ui.yes')]],
    choice: [
      none,
      ...draft.options
        .filter((option) => !option.retired)
        .map((option) => [option.name, label(option.label) || '…'] as const),
    ],
  }
  const list = choices[draft.kind]
  if (list)
    return (
      <Choice
        label={t('settings.field.default')}
        fault={fault}
        value={draft.standing}
        options={list}
        onChange={(standing) => set({ standing })}
      />
    )
  if (!['text', 'number', 'decimal', 'percent', 'url'].includes(draft.kind)) return null
  return (
    <Labeled label={t('settings.field.default')} fault={fault}>
      {(ids) => <Input {...ids} value={draft.standing} onChange={(event) => set({ standing: event.target.value })} />}
    </Labeled>
  )
}
