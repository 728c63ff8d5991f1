import { useMutation, useQuery } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, GripVertical, MoreHorizontal, Plus, RotateCcw, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { messageOf } from '@/api/problem'
import type { Section } from '@/api/types'
import { useLabel, writable } from '@/record/catalog'
import { kindOf } from '@/record/fields/registry'
import { useUnsaved } from '@/record/form/form'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Input } from '@/ui/control'
import { useLocale } from '@/ui/format'
import { Menu, MenuItem, MenuSection } from '@/ui/menu'
import { Failure, Skeleton } from '@/ui/states'
import { toast, toastFailure } from '@/ui/toast'
import { drop, grow, type Part, partsOf, put, sectionsOf, shift, step } from './arrange'
import { type MetaEvent, type MetaField, type MetaObject, renewMeta } from './meta'

type Layout = { object: string; standard: boolean; sections: Section[] }

/** Arranges the fields of an object on its forms and record pages. */
export function LayoutEditor({ object, version }: { object: MetaObject; version: number }) {
  const layout = useQuery({
    queryKey: ['layout', object.name, version],
    queryFn: async ({ signal }) => {
      const path = `/meta/layouts?object=${object.name}`
      return (await space.get<{ version: number; layouts: Layout[] }>(path, { signal })).layouts[0]
    },
  })
  if (layout.isPending) return <Skeleton lines={8} />
  if (layout.isError || !layout.data) return <Failure error={layout.error} retry={() => layout.refetch()} />
  return <Editor key={version} object={object} version={version} layout={layout.data} />
}

function Editor({ object, version, layout }: { object: MetaObject; version: number; layout: Layout }) {
  const { t } = useTranslation()
  const fields = new Map(object.fields.map((field) => [field.name, field]))
  const first = partsOf(layout.sections, (name) => !!fields.get(name)?.system)
  const [parts, setParts] = useState(first)
  const [dragged, setDragged] = useState<string>()
  const moved = JSON.stringify(sectionsOf(parts)) !== JSON.stringify(sectionsOf(first))
  const dirty = useRef(false)
  useEffect(() => {
    dirty.current = moved
  }, [moved])
  useUnsaved(dirty)

  /** Takes back the change of the layout that stands last in the history of the object. */
  const undo = async () => {
    try {
      const { data } = await space.get<{ data: MetaEvent[] }>(`/meta/history?object=${object.name}`)
      const entry = data.find(({ changes }) => changes.some((change) => change.part === 'layout'))
      if (entry) await space.post(`/meta/history/${entry.id}/undo`)
      toast(t('record.undone'))
    } catch (error) {
      toastFailure(messageOf(error))
    }
    renewMeta()
  }
  const save = useMutation({
    mutationFn: (sections: Section[] | null) => space.patch(`/meta/layouts/${object.name}`, { version, sections }),
    onSuccess: (_, sections) => {
      dirty.current = false
      toast(t(sections ? 'settings.layout.saved' : 'settings.layout.reset_done'), {
        label: t('ui.undo'),
        run: () => void undo(),
      })
    },
    onSettled: renewMeta,
    onError: (error) => toastFailure(messageOf(error)),
  })
  const move = (name: string, to: number, at?: number) => {
    setDragged(undefined) // a row that went to another section does not hear of the end
    setParts((now) => put(now, name, to, at))
  }
  return (
    <div className="@container">
      <p className="mb-3 text-sm text-muted">{t('settings.layout.text')}</p>
      <div className="grid items-start gap-6 @2xl:grid-cols-[minmax(0,1fr)_15rem]">
        <div className="min-w-0">
          <ol className="space-y-3">
            {parts.map((part, index) => (
              <SectionBox
                key={part.key}
                part={part}
                parts={parts}
                index={index}
                fields={fields}
                dragged={dragged}
                onDrag={setDragged}
                onMove={move}
                onChange={setParts}
              />
            ))}
          </ol>
          <Button className="mt-3" onClick={() => setParts(grow)}>
            <Plus /> {t('settings.layout.add')}
          </Button>
        </div>
        <Preview parts={parts} fields={fields} />
      </div>
      <div className="sticky bottom-0 -mx-1 mt-5 flex flex-wrap justify-end gap-2 border-t bg-surface px-1 py-3">
        <Button
          variant="ghost"
          className="mr-auto"
          disabled={save.isPending || layout.standard}
          onClick={() => save.mutate(null)}
        >
          <RotateCcw /> {t('settings.layout.reset')}
        </Button>
        <Button disabled={!moved} onClick={() => setParts(first)}>
          {t('settings.layout.discard')}
        </Button>
        <Button variant="primary" disabled={!moved || save.isPending} onClick={() => save.mutate(sectionsOf(parts))}>
          {t('ui.save')}
        </Button>
      </div>
    </div>
  )
}

function SectionBox({
  part,
  parts,
  index,
  fields,
  dragged,
  onDrag,
  onMove,
  onChange,
}: {
  part: Part
  parts: Part[]
  index: number
  fields: Map<string, MetaField>
  dragged: string | undefined
  onDrag: (name: string | undefined) => void
  onMove: (name: string, to: number, at?: number) => void
  onChange: (change: (parts: Part[]) => Part[]) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const { lang } = useLocale()
  const name = label(part.label)
  const called = name || t('settings.layout.unnamed', { n: index + 1 })
  // A heading that is the same in both languages stays so; else the reader's own is written.
  const rename = (text: string) =>
    onChange((now) =>
      now.map((entry) =>
        entry.key !== part.key
          ? entry
          : {
              ...entry,
              label: part.label.zh === part.label.en ? { zh: text, en: text } : { ...part.label, [lang]: text },
            },
      ),
    )
  return (
    <li
      className="rounded-lg border"
      onDragOver={(event) => dragged && event.preventDefault()}
      onDrop={() => dragged && onMove(dragged, part.key)}
    >
      <div className="flex items-center gap-1 border-b bg-surface-2 px-2 py-1.5">
        <Input
          aria-label={t('settings.layout.heading', { name: called })}
          placeholder={t('settings.layout.no_heading')}
          maxLength={100}
          value={name}
          className="min-w-0 flex-1 font-medium"
          onChange={(event) => rename(event.target.value)}
        />
        <Step name={called} disabled={index === 0} up onClick={() => onChange((now) => shift(now, part.key, -1))} />
        <Step
          name={called}
          disabled={index === parts.length - 1}
          onClick={() => onChange((now) => shift(now, part.key, 1))}
        />
        <Button
          variant="ghost"
          size="iconSm"
          aria-label={t('settings.layout.remove', { name: called })}
          disabled={parts.length === 1}
          onClick={() => onChange((now) => drop(now, part.key))}
        >
          <Trash2 />
        </Button>
      </div>
      {part.fields.length === 0 && <p className="px-3 py-3 text-sm text-subtle">{t('settings.layout.empty')}</p>}
      <ul aria-label={called} className="divide-y">
        {part.fields.map((entry, place) => {
          const field = fields.get(entry)
          return (
            field && (
              <FieldRow
                key={entry}
                field={field}
                part={part}
                parts={parts}
                dragged={dragged === entry}
                ends={[index === 0 && place === 0, index === parts.length - 1 && place === part.fields.length - 1]}
                onDrag={onDrag}
                onDrop={() => dragged && onMove(dragged, part.key, place)}
                onStep={(by) => onChange((now) => step(now, entry, by))}
                onMove={(to) => onMove(entry, to)}
              />
            )
          )
        })}
      </ul>
    </li>
  )
}

function FieldRow({
  field,
  part,
  parts,
  dragged,
  ends,
  onDrag,
  onDrop,
  onStep,
  onMove,
}: {
  field: MetaField
  part: Part
  parts: Part[]
  dragged: boolean
  /** Whether it stands first or last of all. */
  ends: [boolean, boolean]
  onDrag: (name: string | undefined) => void
  onDrop: () => void
  onStep: (by: -1 | 1) => void
  onMove: (to: number) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const name = label(field.label)
  return (
    <li
      draggable
      onDragStart={() => onDrag(field.name)}
      onDragEnd={() => onDrag(undefined)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.stopPropagation()
        onDrop()
      }}
      className={cn('flex min-h-9 items-center gap-1 px-2', dragged && 'opacity-50')}
    >
      <GripVertical className="size-3.5 shrink-0 cursor-grab text-subtle pointer-coarse:hidden" aria-hidden />
      <span className="min-w-0 flex-1 truncate text-sm">
        {name}
        {field.required && (
          <span className="ml-0.5 text-bad" aria-hidden>
            *
          </span>
        )}
        {field.read_only && <Badge className="ml-2">{t('settings.layout.read_only')}</Badge>}
      </span>
      <Step name={name} disabled={ends[0]} up onClick={() => onStep(-1)} />
      <Step name={name} disabled={ends[1]} onClick={() => onStep(1)} />
      <Menu
        trigger={
          <Button
            variant="ghost"
            size="iconSm"
            disabled={parts.length < 2}
            aria-label={t('settings.field.more', { name })}
          >
            <MoreHorizontal />
          </Button>
        }
      >
        <MenuSection label={t('settings.layout.move_to')}>
          {parts.map(
            (entry, index) =>
              entry.key !== part.key && (
                <MenuItem key={entry.key} onClick={() => onMove(entry.key)}>
                  {label(entry.label) || t('settings.layout.unnamed', { n: index + 1 })}
                </MenuItem>
              ),
          )}
        </MenuSection>
      </Menu>
    </li>
  )
}

function Step({ name, up, disabled, onClick }: { name: string; up?: boolean; disabled: boolean; onClick: () => void }) {
  const { t } = useTranslation()
  return (
    <Button
      variant="ghost"
      size="iconSm"
      aria-label={t(up ? 'settings.layout.up' : 'settings.layout.down', { name })}
      disabled={disabled}
      onClick={onClick}
    >
      {up ? <ArrowUp /> : <ArrowDown />}
    </Button>
  )
}

/** How a form will look: its headings, and a box for each field. */
function Preview({ parts, fields }: { parts: Part[]; fields: Map<string, MetaField> }) {
  const { t } = useTranslation()
  const label = useLabel()
  return (
    <section aria-label={t('settings.layout.preview')} className="rounded-lg border p-3 @2xl:sticky @2xl:top-3">
      <h2 className="mb-2 text-xs text-subtle">{t('settings.layout.preview')}</h2>
      <div className="space-y-3">
        {parts.map((part) => {
          const shown = part.fields.flatMap((name) => fields.get(name) ?? []).filter(writable)
          if (!shown.length) return null
          return (
            <div key={part.key}>
              {label(part.label) && <h3 className="mb-1.5 border-b pb-1 text-xs font-medium">{label(part.label)}</h3>}
              <ul className="grid grid-cols-2 gap-x-2 gap-y-1.5">
                {shown.map((field) => (
                  <li key={field.name} className={cn('min-w-0', kindOf(field).wide && 'col-span-2')}>
                    <span className="block truncate text-xs text-muted">{label(field.label)}</span>
                    <span className={cn('block rounded border bg-surface-2', kindOf(field).wide ? 'h-7' : 'h-4')} />
                  </li>
                ))}
              </ul>
            </div>
          )
        })}
      </div>
    </section>
  )
}
