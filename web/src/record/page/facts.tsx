import { Pencil } from 'lucide-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, Field, Rec } from '@/api/types'
import { allows, sectionsOf, useLabel, useRights, visible, writable } from '@/record/catalog'
import { useEdit } from '@/record/edit'
import { Cell } from '@/record/fields/cell'
import { isEmpty, kindOf } from '@/record/fields/registry'
import { Editor, Value } from '@/record/fields/value'
import { useFace } from '@/record/module'
import { Button } from '@/ui/button'
import { composing } from '@/ui/control'

/** What decides at a glance: state, level, owner, money, the next date; at most six that hold something. */
export function KeyFacts({ entity, record }: { entity: Entity; record: Rec }) {
  const label = useLabel()
  const { ownFields } = useFace(entity.name)
  const order = ['choice', 'owner', 'money', 'link', 'phone', 'date', 'datetime', 'percent']
  const key = sectionsOf(entity, entity.fields)
    .flatMap((section) => section.fields)
    .filter(
      (field) =>
        visible(field) &&
        !field.system &&
        !ownFields?.includes(field.name) &&
        field.list !== false &&
        order.includes(field.kind) &&
        field.name !== entity.title_field &&
        !isEmpty(record[field.name]),
    )
    .slice(0, 6)
  if (!key.length) return null
  return (
    <dl className="mt-3 flex flex-wrap gap-x-8 gap-y-2">
      {key.map((field) => (
        <div key={field.name} className="min-w-0">
          <dt className="text-xs text-subtle">{label(field.label)}</dt>
          <dd className="mt-0.5 flex h-5.5 max-w-60 min-w-0 items-center text-sm">
            <Cell entity={entity} field={field} record={record} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Every field of a record, each edited where it stands. */
export function Facts({ entity, record }: { entity: Entity; record: Rec }) {
  const { t } = useTranslation()
  const label = useLabel()
  const { ownFields } = useFace(entity.name)
  const [all, setAll] = useState(false)
  const fields = entity.fields
    .filter((field) => visible(field) && !ownFields?.includes(field.name))
    // What the system keeps by itself stands below what people wrote.
    .sort((a, b) => Number(!!a.system) - Number(!!b.system))
  const filled = fields.filter((field) => !isEmpty(record[field.name]) || field.required)
  // A record with few fields shows them all; a wide one first what is filled in.
  const shown = all || fields.length <= 14 ? fields : filled
  return (
    <>
      {sectionsOf(entity, shown).map((section) => {
        const title = label(section.label)
        return (
          <section key={section.fields[0]?.name} aria-label={title || undefined} className="mt-4 first:mt-0">
            {title && <h2 className="mb-1 text-sm font-medium">{title}</h2>}
            <dl className="space-y-0.5">
              {section.fields.map((field) => (
                <Fact key={field.name} entity={entity} field={field} record={record} />
              ))}
            </dl>
          </section>
        )
      })}
      {fields.length > shown.length && (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => setAll(true)}>
          {t('record.all_fields', { count: fields.length - shown.length })}
        </Button>
      )}
      {all && fields.length > 14 && (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => setAll(false)}>
          {t('record.fewer_fields')}
        </Button>
      )}
    </>
  )
}

function Fact({ entity, field, record }: { entity: Entity; field: Field; record: Rec }) {
  const { t } = useTranslation()
  const label = useLabel()
  const rights = useRights(entity.name)
  const edit = useEdit(entity)
  const [draft, setDraft] = useState<{ value: unknown }>()
  const trigger = useRef<HTMLButtonElement>(null)
  const may = allows(rights.update) && writable(field) && !field.immutable
  const value = record[field.name]
  const kind = kindOf(field)
  const close = () => {
    setDraft(undefined)
    requestAnimationFrame(() => trigger.current?.focus())
  }
  const save = (next: unknown) => {
    close()
    if (JSON.stringify(next ?? null) !== JSON.stringify(value ?? null))
      edit.mutate({ record, fields: { [field.name]: next } })
  }
  const name = label(field.label)
  return (
    <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] items-start gap-2">
      <dt className="truncate pt-1.5 text-xs text-subtle" title={name}>
        {name}
      </dt>
      <dd className="min-w-0 text-sm">
        {draft ? (
          <div
            role="group"
            aria-label={name}
            className="py-0.5"
            onKeyDown={(event) => {
              if (composing(event)) return
              if (event.key === 'Escape') close()
              if (
                event.key === 'Enter' &&
                !(event.target instanceof HTMLTextAreaElement && !event.ctrlKey && !event.metaKey)
              ) {
                event.preventDefault()
                save(draft.value)
              }
            }}
          >
            <Editor
              field={field}
              aria-label={name}
              autoFocus
              value={draft.value}
              onChange={(next) => (kind.instant ? save(next) : setDraft({ value: next }))}
            />
            <div className="mt-1.5 flex justify-end gap-1.5">
              <Button size="sm" onClick={close}>
                {t('ui.cancel')}
              </Button>
              {!kind.instant && (
                <Button size="sm" variant="primary" onClick={() => save(draft.value)}>
                  {t('ui.save')}
                </Button>
              )}
            </div>
          </div>
        ) : (
          <div
            className="group flex min-h-8 min-w-0 items-start gap-1 rounded-md px-2 py-1.5 hover:bg-hover"
            onDoubleClick={() => may && setDraft({ value: value ?? null })}
          >
            <div className="min-w-0 flex-1">
              <Value field={field} value={value} full blank="—" />
            </div>
            {may && (
              <button
                ref={trigger}
                type="button"
                aria-label={t('record.edit_field', { name })}
                onClick={() => setDraft({ value: value ?? null })}
                className="-my-0.5 grid size-6 shrink-0 place-items-center rounded text-subtle opacity-0 group-hover:opacity-100 hover:text-fg focus-visible:opacity-100 pointer-coarse:opacity-100"
              >
                <Pencil className="size-3.5" />
              </button>
            )}
          </div>
        )}
      </dd>
    </div>
  )
}
