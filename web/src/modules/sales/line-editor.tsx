import { Plus, Trash2 } from 'lucide-react'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { faultOf, Problem } from '@/api/problem'
import { records } from '@/api/records'
import type { Entity, Field, LinkValue, Money } from '@/api/types'
import { fieldOf, useLabel, useMe } from '@/record/catalog'
import { Editor } from '@/record/fields/value'
import { Button } from '@/ui/button'
import { composing, Input } from '@/ui/control'
import { money, useLocale } from '@/ui/format'
import { toastFailure } from '@/ui/toast'
import { amountText, blankLine, isBlank, type Line, totalOf } from './lines'

const columns =
  'sm:grid sm:grid-cols-[minmax(0,2.2fr)_minmax(0,1.6fr)_4.5rem_7rem_4.5rem_6.5rem_2rem] sm:items-start sm:gap-2'

/** The lines of an order as a sheet: Enter goes to the line below and adds one at the end, Tab to the next cell. */
export function LineEditor({
  entity,
  lines,
  discount,
  error,
  onChange,
}: {
  /** The object of the lines. */
  entity: Entity
  lines: Line[]
  /** That of the whole order. */
  discount: Money | null
  error: unknown
  onChange: (lines: Line[] | ((lines: Line[]) => Line[])) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const locale = useLocale()
  const { workspace } = useMe()
  const box = useRef<HTMLDivElement>(null)
  const currency = lines.find((line) => !isBlank(line))?.currency ?? workspace.currency
  const total = totalOf(lines, discount)
  const own = error instanceof Problem ? error.faults.find((fault) => fault.field === 'lines')?.message : undefined
  const name = (field: string) => label(fieldOf(entity, field)?.label)
  const focus = (row: number, cell: string) =>
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-row="${row}"] [data-cell="${cell}"] :is(input,button)`)?.focus(),
    )
  const add = (cell: string) => {
    onChange((now) => [...now, blankLine(currency)])
    focus(lines.length, cell)
  }
  const put = (key: string, change: Partial<Line>) =>
    onChange((now) => now.map((line) => (line.key === key ? { ...line, ...change } : line)))
  // What is written falls into the places of the lines that are not blank.
  const placeOf = (index: number) => lines.slice(0, index).filter((line) => !isBlank(line)).length

  const onKey = (event: React.KeyboardEvent, row: number) => {
    if (composing(event) || event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return
    event.preventDefault()
    const cell = event.target.closest<HTMLElement>('[data-cell]')?.dataset.cell ?? 'quantity'
    if (row === lines.length - 1) add('product')
    else focus(row + 1, cell)
  }
  return (
    <section aria-label={label(entity.plural)} ref={box} className="space-y-2">
      <h3 className="text-sm font-medium">{label(entity.plural)}</h3>
      <div aria-hidden className={`hidden border-b pb-1 text-xs text-muted ${columns}`}>
        {['product', 'description', 'quantity', 'price', 'discount_percent', 'amount'].map((field) => (
          <span key={field} className={['product', 'description'].includes(field) ? '' : 'text-right'}>
            {name(field)}
          </span>
        ))}
        <span />
      </div>
      <ol className="space-y-2 max-sm:space-y-3">
        {lines.map((line, row) => (
          <li
            key={line.key}
            data-row={row}
            aria-label={t('sales.line', { n: row + 1 })}
            onKeyDown={(event) => onKey(event, row)}
            className={`max-sm:grid max-sm:grid-cols-3 max-sm:gap-2 max-sm:rounded-lg max-sm:border max-sm:p-2.5 ${columns}`}
          >
            <LineCells
              entity={entity}
              line={line}
              name={name}
              fault={(field) => faultOf(error, `lines[${placeOf(row)}].${field}`)}
              put={(change) => put(line.key, change)}
              fill={(change) =>
                onChange((now) => now.map((entry) => (entry.key === line.key ? { ...entry, ...change(entry) } : entry)))
              }
            />
            <span className="num flex min-h-8 items-center text-sm sm:justify-end max-sm:col-span-2 max-sm:font-medium">
              <Amount line={line} locale={locale} />
            </span>
            <Button
              variant="ghost"
              size="icon"
              className="max-sm:justify-self-end"
              aria-label={t('sales.remove_line', { n: row + 1 })}
              onClick={() => onChange((now) => now.filter((entry) => entry.key !== line.key))}
            >
              <Trash2 />
            </Button>
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap items-center gap-3">
        <Button size="sm" variant="ghost" onClick={() => add('product')}>
          <Plus /> {t('sales.add_line')}
        </Button>
        <span className="flex-1" />
        <output className="num text-base font-semibold" aria-live="polite">
          {t('sales.total')} {total ? money(total.amount, total.currency, locale) : '—'}
        </output>
      </div>
      <Note text={own} />
    </section>
  )
}

function Amount({ line, locale }: { line: Line; locale: ReturnType<typeof useLocale> }) {
  const amount = amountText(line)
  return <>{amount === undefined ? '—' : money(amount, line.currency, locale)}</>
}

function LineCells({
  entity,
  line,
  name,
  fault,
  put,
  fill,
}: {
  entity: Entity
  line: Line
  name: (field: string) => string
  fault: (field: string) => string | undefined
  put: (change: Partial<Line>) => void
  fill: (change: (line: Line) => Partial<Line>) => void
}) {
  const product = fieldOf(entity, 'product') as Field
  const { workspace } = useMe()
  /** A product brings its price and its name, unless one has typed others. */
  const choose = (chosen: LinkValue | null) => {
    const before = line.product?.title ?? ''
    put({ product: chosen })
    if (!chosen?.id) return
    records.get('product', chosen.id).then(
      (found) => {
        const price = found.price as Money | null
        fill((now) => ({
          ...(price ? { price: price.amount, currency: price.currency } : { currency: workspace.currency }),
          ...(!now.description || now.description === before ? { description: String(found.name ?? '') } : {}),
        }))
      },
      (error: Error) => toastFailure(error.message),
    )
  }
  return (
    <>
      <div data-cell="product" className="min-w-0 max-sm:col-span-3">
        <Editor
          aria-label={name('product')}
          aria-invalid={fault('product') ? true : undefined}
          field={{ ...product, required: true }}
          value={line.product}
          onChange={(value) => choose(value as LinkValue | null)}
        />
        <Note text={fault('product')} />
      </div>
      <TextCell
        cell="description"
        wide
        name={name('description')}
        fault={fault('description')}
        value={line.description}
        onChange={(description) => put({ description })}
      />
      <TextCell
        cell="quantity"
        number
        name={name('quantity')}
        fault={fault('quantity')}
        value={line.quantity}
        onChange={(quantity) => put({ quantity })}
      />
      <TextCell
        cell="price"
        number
        name={name('price')}
        fault={fault('price')}
        value={line.price}
        onChange={(price) => put({ price })}
      />
      <TextCell
        cell="discount"
        number
        suffix="%"
        name={name('discount_percent')}
        fault={fault('discount_percent')}
        value={line.discount}
        onChange={(discount) => put({ discount })}
      />
    </>
  )
}

function TextCell({
  cell,
  name,
  value,
  fault,
  number,
  wide,
  suffix,
  onChange,
}: {
  cell: string
  name: string
  value: string
  fault: string | undefined
  number?: boolean
  wide?: boolean
  suffix?: string
  onChange: (text: string) => void
}) {
  return (
    <div data-cell={cell} className={wide ? 'min-w-0 max-sm:col-span-3' : 'min-w-0'}>
      <span className="mb-0.5 block text-xs text-subtle sm:hidden" aria-hidden>
        {name}
      </span>
      <span className="relative block">
        <Input
          aria-label={name}
          aria-invalid={fault ? true : undefined}
          inputMode={number ? 'decimal' : undefined}
          maxLength={number ? 24 : 300}
          className={number ? `num text-right ${suffix ? 'pr-6' : ''}` : undefined}
          value={value}
          onFocus={(event) => number && event.target.select()}
          onChange={(event) => onChange(number ? event.target.value.replace(/[,，\s]/g, '') : event.target.value)}
        />
        {suffix && (
          <span className="pointer-events-none absolute inset-y-0 right-2 grid place-items-center text-xs text-subtle">
            {suffix}
          </span>
        )}
      </span>
      <Note text={fault} />
    </div>
  )
}

const Note = ({ text }: { text: string | undefined }) =>
  text ? (
    <p role="alert" className="mt-0.5 text-xs text-bad">
      {text}
    </p>
  ) : null
