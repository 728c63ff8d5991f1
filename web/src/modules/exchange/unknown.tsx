import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { messageOf } from '@/api/problem'
import type { Field, LinkValue } from '@/api/types'
import { fieldOf, useCatalog, useLabel } from '@/record/catalog'
import { Editor } from '@/record/fields/value'
import { Block, Fault, Rows, row } from '@/settings/parts'
import { Button } from '@/ui/button'
import { Select } from '@/ui/control'
import type { Ask, Unknown } from './data'

type Meaning = { as: 'blank' } | { as: 'option'; name: string } | { as: 'record'; link: LinkValue | null }

/** What each stands for in the file: an option by its name, a record by its id, nothing for an empty cell. */
const written = (meaning: Meaning) =>
  meaning.as === 'option' ? meaning.name : meaning.as === 'record' ? (meaning.link?.id ?? '') : ''
const settled = (meaning: Meaning) => meaning.as !== 'record' || !!meaning.link

/** Values of the file that stand for nothing here: what they mean is said once for all rows, and the file is tried again. */
export function UnknownValues({
  list,
  asked,
  start,
}: {
  list: Unknown[]
  asked: Ask
  start: (ask: Ask) => Promise<void>
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const { objects } = useCatalog()
  const [meanings, setMeanings] = useState<Record<number, Meaning>>({})
  const again = useMutation({
    mutationFn: () =>
      start({
        file: asked.file,
        object: asked.object,
        options: asked.options,
        duplicates: asked.duplicates,
        dry_run: true,
        mapping: asked.mapping.map((mapped) => {
          const values = { ...mapped.values }
          list.forEach((entry, index) => {
            const meaning = meanings[index]
            if (entry.column === mapped.column && meaning && settled(meaning)) values[entry.value] = written(meaning)
          })
          return { column: mapped.column, target: mapped.target, ...(Object.keys(values).length ? { values } : {}) }
        }),
      }),
  })
  return (
    <div className="mt-6">
      <Block title={t('exchange.unknown.title')} text={t('exchange.unknown.text')}>
        <Rows label={t('exchange.unknown.title')}>
          {list.map((entry, index) => {
            const [name = '', path = ''] = entry.target.split('.')
            const entity = objects.find((object) => object.name === name)
            const field = entity && fieldOf(entity, path)
            if (!field) return null
            return (
              <li key={`${entry.column} ${entry.value}`} className={row}>
                <span className="w-28 shrink-0 truncate text-sm text-muted">{label(field.label)}</span>
                <span className="min-w-0 flex-1 basis-40 truncate font-medium" title={entry.value}>
                  {entry.value}
                </span>
                <span className="num shrink-0 text-xs text-subtle">
                  {t('exchange.unknown.rows', { count: entry.rows })}
                </span>
                <Meant
                  field={field}
                  name={entry.value}
                  meaning={meanings[index]}
                  onChange={(meaning) =>
                    setMeanings((now) => {
                      const next = { ...now }
                      if (meaning) next[index] = meaning
                      else delete next[index]
                      return next
                    })
                  }
                />
              </li>
            )
          })}
        </Rows>
        <Fault error={again.error && new Error(messageOf(again.error))} />
        <div className="mt-3 flex justify-end">
          <Button
            variant="primary"
            disabled={!Object.values(meanings).some(settled) || again.isPending}
            onClick={() => again.mutate()}
          >
            {t('exchange.unknown.again')}
          </Button>
        </div>
      </Block>
    </div>
  )
}

function Meant({
  field,
  name,
  meaning,
  onChange,
}: {
  field: Field
  name: string
  meaning: Meaning | undefined
  onChange: (meaning: Meaning | undefined) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const aria = t('exchange.unknown.of', { name })
  const options = field.options?.filter((option) => !option.retired)
  return (
    <span className="flex w-full flex-wrap gap-2 sm:w-56">
      <Select
        aria-label={aria}
        value={!meaning ? '' : meaning.as === 'option' ? `=${meaning.name}` : meaning.as}
        onChange={({ target: { value } }) =>
          onChange(
            value.startsWith('=')
              ? { as: 'option', name: value.slice(1) }
              : value === 'blank'
                ? { as: 'blank' }
                : value === 'record'
                  ? { as: 'record', link: null }
                  : undefined,
          )
        }
      >
        <option value="">{t('exchange.unknown.open')}</option>
        {options?.map((option) => (
          <option key={option.name} value={`=${option.name}`}>
            {label(option.label)}
          </option>
        ))}
        {!options?.length && <option value="record">{t('exchange.unknown.record')}</option>}
        <option value="blank">{t('exchange.unknown.blank')}</option>
      </Select>
      {meaning?.as === 'record' && (
        <span className="w-full">
          <Editor
            field={{ ...field, kind: field.kind === 'links' ? 'link' : field.kind, required: false }}
            aria-label={aria}
            value={meaning.link}
            onChange={(value) => onChange({ as: 'record', link: value as LinkValue | null })}
          />
        </span>
      )}
    </span>
  )
}
