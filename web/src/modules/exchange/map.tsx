import { useMutation } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { messageOf } from '@/api/problem'
import { Fault } from '@/settings/parts'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Input, Labeled, Segments, Select } from '@/ui/control'
import { Table } from '@/ui/table'
import type { Ask, Options, Policy, Preview, Target } from './data'

const encodings = ['utf-8', 'gb18030', 'utf-16le', 'utf-16be'] as const
const delimiters = [',', ';', '\t', '|'] as const
const delimiterNames: Record<string, string> = { ',': ',', ';': ';', '\t': 'Tab', '|': '|' }

/** How the file is read, and what each of its columns is. */
export function MapStep({
  preview,
  object,
  onOptions,
  start,
  again,
}: {
  preview: Preview
  object: string
  onOptions: (options: Options) => void
  start: (ask: Ask) => Promise<void>
  again: () => void
}) {
  const { t } = useTranslation()
  const { options } = preview
  const [mapping, setMapping] = useState<Record<number, string>>(() =>
    Object.fromEntries(preview.columns.flatMap((column) => (column.target ? [[column.column, column.target]] : []))),
  )
  const [policy, setPolicy] = useState<Policy>('skip')
  const used = Object.values(mapping)
  const missing = preview.targets.filter(
    (target) =>
      target.required &&
      target.object === object &&
      !used.some((entry) => entry === target.target || entry.startsWith(`${target.target}:`)),
  )
  const twice = preview.targets.filter(
    (target) => !target.multiple && used.filter((entry) => entry === target.target).length > 1,
  )
  const check = useMutation({
    mutationFn: () =>
      start({
        file: preview.file.id,
        object,
        options: preview.format === 'xlsx' ? { sheet: options.sheet, header: options.header } : options,
        mapping: Object.entries(mapping).map(([column, target]) => ({ column: Number(column), target })),
        duplicates: policy,
        dry_run: true,
      }),
  })
  const set = (change: Options) => onOptions({ ...options, ...change })
  return (
    <>
      <div className="flex flex-wrap items-end gap-3">
        <p className="min-w-40 flex-1 basis-full truncate pb-1 font-medium sm:basis-40">{preview.file.name}</p>
        {preview.format === 'csv' ? (
          <>
            <Labeled label={t('exchange.encoding')} className="w-44">
              {(ids) => (
                <Select {...ids} value={options.encoding} onChange={(event) => set({ encoding: event.target.value })}>
                  {encodings.map((name) => (
                    <option key={name} value={name}>
                      {t(`exchange.encodings.${name}`)}
                    </option>
                  ))}
                </Select>
              )}
            </Labeled>
            <Labeled label={t('exchange.delimiter')} className="w-24">
              {(ids) => (
                <Select {...ids} value={options.delimiter} onChange={(event) => set({ delimiter: event.target.value })}>
                  {[...new Set([...delimiters, options.delimiter])].map((name) => (
                    <option key={name} value={name}>
                      {delimiterNames[name] ?? name}
                    </option>
                  ))}
                </Select>
              )}
            </Labeled>
          </>
        ) : (
          <Labeled label={t('exchange.sheet')} className="w-40">
            {(ids) => (
              <Select {...ids} value={options.sheet} onChange={(event) => set({ sheet: event.target.value })}>
                {preview.sheets.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Labeled>
        )}
        <Labeled label={t('exchange.header')} className="w-28">
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={0}
              max={100}
              defaultValue={options.header}
              onBlur={(event) =>
                Number(event.target.value) !== options.header && set({ header: Number(event.target.value) })
              }
            />
          )}
        </Labeled>
      </div>
      <div className="mt-4">
        <Table
          label={t('exchange.step.map')}
          className="sm:min-w-160"
          head={
            <>
              <th scope="col" className="px-4 py-2">
                {t('exchange.column')}
              </th>
              <th scope="col" className="px-3 py-2 max-sm:hidden">
                {t('exchange.samples')}
              </th>
              <th scope="col" className="w-60 px-3 py-2 max-sm:w-44">
                {t('exchange.target')}
              </th>
              <th scope="col" className="w-28 px-3 py-2 max-sm:hidden">
                {t('exchange.guess')}
              </th>
            </>
          }
        >
          {preview.columns.map((column) => {
            const name = column.name || t('exchange.nth', { n: column.column + 1 })
            const target = mapping[column.column] ?? ''
            return (
              <tr key={column.column} className={cn(!target && 'text-subtle')}>
                <th scope="row" className="max-w-48 truncate px-4 py-1.5 text-left font-medium max-sm:max-w-32">
                  {name}
                  <span className="block truncate text-xs font-normal text-muted sm:hidden">
                    {column.samples[0] ?? '—'}
                  </span>
                </th>
                <td
                  className="max-w-72 truncate px-3 py-1.5 text-muted max-sm:hidden"
                  title={column.samples.join('\n')}
                >
                  {column.samples.slice(0, 3).join(t('ui.comma')) || '—'}
                </td>
                <td className="px-3 py-1.5">
                  <Select
                    aria-label={t('exchange.target_of', { name })}
                    value={target}
                    onChange={(event) =>
                      setMapping((now) => {
                        const next = { ...now }
                        if (event.target.value) next[column.column] = event.target.value
                        else delete next[column.column]
                        return next
                      })
                    }
                  >
                    <option value="">{t('exchange.leave')}</option>
                    <Targets targets={preview.targets} object={object} />
                  </Select>
                </td>
                <td className="px-3 py-1.5 max-sm:hidden">
                  {column.by && column.target === target && <Badge tone="info">{t(`exchange.by.${column.by}`)}</Badge>}
                </td>
              </tr>
            )
          })}
        </Table>
      </div>
      {(missing.length > 0 || twice.length > 0) && (
        <p role="status" className="mt-3 flex items-center gap-2 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
          <TriangleAlert className="size-4 shrink-0" />
          {twice.length > 0
            ? t('exchange.twice', { names: twice.map((target) => target.label).join(t('ui.comma')) })
            : t('exchange.missing', { names: missing.map((target) => target.label).join(t('ui.comma')) })}
        </p>
      )}
      <div className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="text-sm font-medium">{t('exchange.duplicates')}</span>
        <Segments<Policy>
          label={t('exchange.duplicates')}
          value={policy}
          onChange={setPolicy}
          options={(['skip', 'update', 'create'] as const).map((value) => ({
            value,
            label: t(`exchange.policy.${value}`),
          }))}
        />
        <p className="basis-full text-xs text-muted">{t(`exchange.policy_text.${policy}`)}</p>
      </div>
      <Fault error={check.error && new Error(messageOf(check.error))} />
      <div className="mt-6 flex justify-end gap-2">
        <Button onClick={again}>{t('exchange.other_file')}</Button>
        <Button
          variant="primary"
          disabled={!used.length || twice.length > 0 || check.isPending}
          onClick={() => check.mutate()}
        >
          {t('exchange.check')}
        </Button>
      </div>
    </>
  )
}

/** The fields to choose from; those of another object say so, for a closed list shows its choice alone. */
function Targets({ targets, object }: { targets: Target[]; object: string }) {
  const groups = new Map<string, Target[]>()
  for (const target of targets) groups.set(target.object_label, [...(groups.get(target.object_label) ?? []), target])
  return [...groups].map(([name, list]) => (
    <optgroup key={name} label={name}>
      {list.map((target) => (
        <option key={target.target} value={target.target}>
          {target.object === object ? target.label : `${target.object_label} · ${target.label}`}
          {target.required ? ' *' : ''}
        </option>
      ))}
    </optgroup>
  ))
}
