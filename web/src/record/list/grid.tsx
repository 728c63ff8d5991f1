import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { type KeyboardEvent, memo, useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, Field, Question, Rec } from '@/api/types'
import { titleOf, useLabel, writable } from '@/record/catalog'
import { useEdit } from '@/record/edit'
import { Cell } from '@/record/fields/cell'
import { isEmpty, kindOf } from '@/record/fields/registry'
import { Sign } from '@/record/fields/sign'
import { Editor } from '@/record/fields/value'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Checkbox, composing } from '@/ui/control'
import { useHotkeys } from '@/ui/hotkeys'
import { Failure } from '@/ui/states'
import { useBlocks } from './blocks'
import { sortable } from './columns'
import { useWindow } from './window'

const ROW = 40
const HEAD = 36
const BOX = 44

type GridProps = {
  entity: Entity
  columns: Field[]
  question: Question
  sort: string | undefined
  onSort: (sort: string | undefined) => void
  selected: Set<string>
  onSelect: (selected: Set<string>) => void
  canEdit: boolean
  empty: React.ReactNode
  /** Tells the page the exact number of records. */
  onTotal: (total: number | undefined) => void
}

const widthOf = (entity: Entity, field: Field) =>
  field.name === entity.title_field ? Math.max(260, kindOf(field).width) : kindOf(field).width

/** A list as a table of any length: only the rows in sight exist. Cells are edited where they stand. */
export function Grid({
  entity,
  columns,
  question,
  sort,
  onSort,
  selected,
  onSelect,
  canEdit,
  empty,
  onTotal,
}: GridProps) {
  const { t } = useTranslation()
  const label = useLabel()
  const navigate = useNavigate()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<{ row: number; column: number }>({ row: -1, column: 0 })
  const [editing, setEditing] = useState<{ id: string; field: string }>()
  const edit = useEdit(entity)
  const [count, setCount] = useState(0)
  const view = useWindow(scroller, count, ROW)
  const { head, total, row } = useBlocks(entity.name, question, view.first, view.last)
  useEffect(() => setCount(total), [total])
  const known = head.data?.total
  useEffect(() => onTotal(known), [known, onTotal])

  const template = `${BOX}px ${columns.map((field) => `minmax(${widthOf(entity, field)}px, ${field.name === entity.title_field ? '2fr' : '1fr'})`).join(' ')} 12px`
  const width = BOX + columns.reduce((sum, field) => sum + widthOf(entity, field), 0) + 12
  const loaded: { index: number; record: Rec | undefined }[] = []
  for (let index = view.first; index <= view.last; index++) loaded.push({ index, record: row(index) })
  const inSight = loaded.flatMap(({ record }) => record ?? [])
  const all = inSight.length > 0 && inSight.every((record) => selected.has(record.id))

  const open = (record: Rec) =>
    navigate({ to: '/w/$workspace/$object/$id', params: { workspace, object: entity.name, id: record.id } })
  const latest = useRef({ edit, selected, onSelect })
  useEffect(() => {
    latest.current = { edit, selected, onSelect }
  })
  // Stable, so that the lines need not be drawn anew as one scrolls.
  const toggle = useCallback((id: string) => {
    const next = new Set(latest.current.selected)
    if (!next.delete(id)) next.add(id)
    latest.current.onSelect(next)
  }, [])
  const commit = useCallback((record: Rec, field: Field, value: unknown) => {
    setEditing(undefined)
    scroller.current?.focus()
    if (JSON.stringify(value ?? null) === JSON.stringify(record[field.name] ?? null)) return
    if (field.required && isEmpty(value)) return
    latest.current.edit.mutate({ record, fields: { [field.name]: value } })
  }, [])
  const begin = useCallback((record: Rec, field: Field) => setEditing({ id: record.id, field: field.name }), [])
  const cancel = useCallback(() => {
    setEditing(undefined)
    scroller.current?.focus()
  }, [])
  const activate = useCallback((index: number, column: number) => setActive({ row: index, column }), [])

  // From anywhere on the page the keys of the list lead into it.
  const enter = (event: globalThis.KeyboardEvent) => {
    event.preventDefault()
    scroller.current?.focus()
  }
  useHotkeys({ j: enter, k: enter })

  function onKey(event: KeyboardEvent) {
    if (composing(event) || editing || event.target !== scroller.current || event.metaKey || event.ctrlKey) return
    const go = (to: number) => {
      event.preventDefault()
      const next = Math.max(0, Math.min(total - 1, to))
      setActive((now) => ({ ...now, row: next }))
      view.show(next, HEAD)
    }
    const side = (step: number) => {
      event.preventDefault()
      setActive((now) => ({ ...now, column: Math.max(0, Math.min(columns.length - 1, now.column + step)) }))
    }
    const record = row(active.row)
    const field = columns[active.column]
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 800) / ROW) - 2)
    if (event.key === 'ArrowDown' || event.key === 'j') go(active.row + 1)
    else if (event.key === 'ArrowUp' || event.key === 'k') go(active.row - 1)
    else if (event.key === 'ArrowRight') side(1)
    else if (event.key === 'ArrowLeft') side(-1)
    else if (event.key === 'PageDown') go(active.row + page)
    else if (event.key === 'PageUp') go(active.row - page)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(total - 1)
    else if ((event.key === 'x' || event.key === ' ') && record) {
      event.preventDefault()
      toggle(record.id)
    } else if (event.key === 'Enter' && record) open(record)
    else if ((event.key === 'e' || event.key === 'F2') && record && field && canEdit && writable(field)) {
      event.preventDefault()
      begin(record, field)
    } else if (event.key === 'Escape') onSelect(new Set())
  }

  if (head.isError) return <Failure error={head.error} retry={() => head.refetch()} />
  if (head.data && total === 0) return empty
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label(entity.plural)}
      aria-rowcount={total + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-busy={head.isPending || head.isPlaceholderData}
      tabIndex={0}
      onKeyDown={onKey}
      aria-activedescendant={active.row >= view.first && active.row <= view.last ? `row-${active.row}` : undefined}
      className="relative min-h-0 flex-1 overflow-auto overscroll-contain border-t outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--ring)]"
    >
      <div
        role="row"
        aria-rowindex={1}
        tabIndex={-1}
        className="sticky top-0 z-10 grid items-center border-b bg-surface-2 text-xs font-medium text-muted"
        style={{ gridTemplateColumns: template, minWidth: width, height: HEAD }}
      >
        <div
          role="columnheader"
          tabIndex={-1}
          className="sticky left-0 z-10 grid h-full place-items-center bg-surface-2"
        >
          <Checkbox
            checked={all}
            mixed={!all && selected.size > 0}
            label={t('record.select_all')}
            onChange={(on) => onSelect(on ? new Set([...selected, ...inSight.map((record) => record.id)]) : new Set())}
          />
        </div>
        {columns.map((field, index) => (
          <Header key={field.name} field={field} pinned={index === 0} sort={sort} onSort={onSort} />
        ))}
        <div role="columnheader" tabIndex={-1} aria-hidden />
      </div>
      <div
        role="rowgroup"
        className="relative"
        style={{ height: head.isPending ? ROW * 14 : view.height, minWidth: width }}
      >
        {head.isPending && <Placeholders columns={columns} template={template} />}
        {loaded.map(({ index, record }) =>
          record ? (
            <Line
              key={index}
              entity={entity}
              record={record}
              index={index}
              top={view.place(index)}
              columns={columns}
              template={template}
              workspace={workspace}
              selected={selected.has(record.id)}
              activeColumn={active.row === index ? active.column : -1}
              editing={editing?.id === record.id ? editing.field : undefined}
              canEdit={canEdit}
              onToggle={toggle}
              onActivate={activate}
              onBegin={begin}
              onCommit={commit}
              onCancel={cancel}
            />
          ) : (
            <div
              key={index}
              aria-hidden
              className="absolute inset-x-0 flex items-center gap-4 border-b pl-12"
              style={{ height: ROW, top: view.place(index) }}
            >
              <span className="skeleton h-3 w-56" />
              <span className="skeleton h-3 w-24" />
            </div>
          ),
        )}
      </div>
    </div>
  )
}

function Header({
  field,
  pinned,
  sort,
  onSort,
}: {
  field: Field
  pinned: boolean
  sort: string | undefined
  onSort: (sort: string | undefined) => void
}) {
  const label = useLabel()
  const keys = (sort ?? '').split(',')
  const up = keys.includes(field.name)
  const down = keys.includes(`-${field.name}`)
  const end = kindOf(field).end
  const name = <span className="truncate">{label(field.label)}</span>
  return (
    <div
      role="columnheader"
      tabIndex={-1}
      aria-sort={up ? 'ascending' : down ? 'descending' : undefined}
      className={cn(
        'flex h-full min-w-0 items-center px-2.5',
        pinned && 'sticky left-11 z-10 bg-surface-2',
        end && 'justify-end',
      )}
    >
      {sortable(field) ? (
        <button
          type="button"
          tabIndex={-1}
          onClick={() => onSort(up ? `-${field.name}` : down ? undefined : field.name)}
          className="flex h-6 min-w-0 items-center gap-1 rounded hover:text-fg"
        >
          {name}
          {up && <ArrowUp className="size-3 shrink-0" />}
          {down && <ArrowDown className="size-3 shrink-0" />}
        </button>
      ) : (
        name
      )}
    </div>
  )
}

function Placeholders({ columns, template }: { columns: Field[]; template: string }) {
  return Array.from({ length: 14 }, (_, index) => (
    <div
      key={index}
      aria-hidden
      className="grid items-center border-b"
      style={{ gridTemplateColumns: template, height: ROW }}
    >
      <span />
      {columns.map((field, column) => (
        <span key={field.name} className="px-2.5">
          <span className="skeleton block h-3" style={{ width: `${45 + ((index * 7 + column * 13) % 45)}%` }} />
        </span>
      ))}
    </div>
  ))
}

type LineProps = {
  entity: Entity
  record: Rec
  index: number
  top: number
  columns: Field[]
  template: string
  workspace: string
  selected: boolean
  activeColumn: number
  editing: string | undefined
  canEdit: boolean
  onToggle: (id: string) => void
  onActivate: (index: number, column: number) => void
  onBegin: (record: Rec, field: Field) => void
  onCommit: (record: Rec, field: Field, value: unknown) => void
  onCancel: () => void
}

const Line = memo(function Line({
  entity,
  record,
  index,
  top,
  columns,
  template,
  workspace,
  selected,
  activeColumn,
  editing,
  canEdit,
  onToggle,
  onActivate,
  onBegin,
  onCommit,
  onCancel,
}: LineProps) {
  const { t } = useTranslation()
  const title = titleOf(entity, record)
  return (
    <div
      id={`row-${index}`}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={cn(
        'group absolute inset-x-0 grid items-center border-b bg-surface text-sm hover:bg-hover',
        activeColumn >= 0 && 'bg-hover',
        selected && 'bg-primary-soft! hover:bg-primary-soft',
      )}
      style={{ height: ROW, top, gridTemplateColumns: template }}
    >
      <div role="gridcell" tabIndex={-1} className="sticky left-0 z-1 grid h-full place-items-center bg-inherit">
        <Checkbox
          checked={selected}
          label={t('record.select_one', { name: title })}
          onChange={() => onToggle(record.id)}
        />
      </div>
      {columns.map((field, column) => {
        const isTitle = field.name === entity.title_field
        const may = canEdit && writable(field) && !field.immutable
        return (
          <div
            key={field.name}
            role="gridcell"
            tabIndex={-1}
            aria-readonly={!may}
            onClick={() => onActivate(index, column)}
            onDoubleClick={() => may && onBegin(record, field)}
            className={cn(
              'flex h-full min-w-0 items-center gap-2 px-2.5',
              column === 0 && 'sticky left-11 z-1 bg-inherit',
              kindOf(field).end && 'justify-end',
              activeColumn === column && 'shadow-[inset_0_0_0_1.5px_var(--ring)]',
              !isTitle && 'text-muted',
            )}
          >
            {editing === field.name ? (
              <CellEditor
                field={field}
                value={record[field.name]}
                onCommit={(value) => onCommit(record, field, value)}
                onCancel={onCancel}
              />
            ) : isTitle ? (
              <>
                <Sign entity={entity} title={title} />
                <Link
                  to="/w/$workspace/$object/$id"
                  params={{ workspace, object: entity.name, id: record.id }}
                  tabIndex={-1}
                  className="truncate font-medium text-fg hover:text-primary-text"
                >
                  {title}
                </Link>
              </>
            ) : (
              <Cell entity={entity} field={field} record={record} />
            )}
          </div>
        )
      })}
      <div role="gridcell" tabIndex={-1} />
    </div>
  )
})

/** The editor in a cell: Enter and leaving it save, Escape does not; where choosing is deciding, the choice saves. */
function CellEditor({
  field,
  value,
  onCommit,
  onCancel,
}: {
  field: Field
  value: unknown
  onCommit: (value: unknown) => void
  onCancel: () => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const [draft, setDraft] = useState<unknown>(value ?? null)
  const box = useRef<HTMLDivElement>(null)
  const done = useRef(false)
  const kind = kindOf(field)
  const big = kind.wide || ['phone', 'email', 'messenger', 'multi_choice', 'tags', 'links'].includes(field.kind)
  const finish = (act: () => void) => {
    if (done.current) return
    done.current = true
    act()
  }
  return (
    <div
      ref={box}
      role="group"
      aria-label={label(field.label)}
      className={cn('z-20 w-full', big && 'absolute top-1 w-80 rounded-lg bg-overlay p-2 shadow-pop')}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        if (composing(event)) return
        if (event.key === 'Escape') {
          event.stopPropagation()
          finish(onCancel)
        } else if (
          event.key === 'Enter' &&
          !(event.target instanceof HTMLTextAreaElement && !event.ctrlKey && !event.metaKey)
        ) {
          event.preventDefault()
          finish(() => onCommit(draft))
        }
      }}
      onBlur={(event) => {
        if (big || kind.instant || box.current?.contains(event.relatedTarget)) return
        finish(() => onCommit(draft))
      }}
    >
      <Editor
        field={field}
        aria-label={label(field.label)}
        autoFocus
        value={draft}
        onChange={(next) => {
          setDraft(next)
          if (kind.instant) finish(() => onCommit(next))
        }}
      />
      {(big || kind.instant) && (
        <div className={cn('flex justify-end gap-1.5', big ? 'mt-2' : 'sr-only')}>
          <Button size="sm" onClick={() => finish(onCancel)}>
            {t('ui.cancel')}
          </Button>
          {big && (
            <Button size="sm" variant="primary" onClick={() => finish(() => onCommit(draft))}>
              {t('ui.save')}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}
