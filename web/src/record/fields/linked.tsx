import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { recordQuery } from '@/api/queries'
import { records } from '@/api/records'
import type { LinkValue } from '@/api/types'
import { titleOf, useCatalog, useEntity } from '@/record/catalog'
import { Avatar, Mark } from '@/ui/badge'
import { Picker } from '@/ui/picker'
import type { EditProps } from './kind'
import { isPerson, named } from './sign'

/** A linked record's name, leading to it; one that may not be seen says so and no more. */
export function LinkName({
  value,
  object,
  person,
  plain,
}: {
  value: LinkValue
  object: string | undefined
  person?: boolean
  plain?: boolean
}) {
  const { t } = useTranslation()
  const { workspace } = useParams({ strict: false })
  const target = value.object ?? object
  const entity = useEntity(target ?? '')
  if (value.id === null)
    return (
      <span className="inline-flex items-center gap-1 text-subtle">
        <Lock className="size-3" /> {t('ui.no_right')}
      </span>
    )
  const name = value.title || t('record.untitled')
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-1.5">
      {person || isPerson(target) ? (
        <Avatar name={name} />
      ) : (
        named(entity) && <Mark name={name} className="size-5 text-[10px]" />
      )}
      {plain || person || !target || !workspace ? (
        <span className="truncate">{name}</span>
      ) : (
        <Link
          to="/w/$workspace/$object/$id"
          params={{ workspace, object: target, id: value.id }}
          className="truncate hover:text-primary-text hover:underline"
          onClick={(event) => event.stopPropagation()}
        >
          {name}
        </Link>
      )}
    </span>
  )
}

/** Looks records up by name, pinyin or number as one types; with nothing typed, the newest. */
export function useLookup(objects: string[], text: string, enabled: boolean) {
  const only = objects.length === 1 ? objects[0] : undefined
  const entity = useEntity(only ?? '')
  return useQuery({
    queryKey: ['lookup', objects, text],
    enabled,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<LinkValue[]> => {
      if (text.trim() || !only) {
        if (!text.trim()) return []
        const found = await space.ask<{ data: { object: string; id: string; title: string }[] }>(
          '/search',
          { q: text.trim(), objects, limit: 20 },
          { signal },
        )
        return found.data
      }
      const page = await records.page(
        only,
        { limit: 20, sort: '-created_at', ...(entity ? { fields: [entity.title_field] } : {}) },
        signal,
      )
      return page.data.map((record) => ({ id: record.id, title: titleOf(entity, record), object: only }))
    },
  })
}

/** Links by their ids alone, as a saved filter has them, get the titles that their reader may see. */
function useTitled(links: LinkValue[], objects: string[]): LinkValue[] {
  const catalog = useCatalog()
  const nameless = links.filter((link) => link.id && link.title === undefined)
  const objectOf = (link: LinkValue) => link.object ?? objects[0] ?? ''
  const found = useQueries({ queries: nameless.map((link) => recordQuery(objectOf(link), link.id ?? '')) })
  return links.map((link) => {
    const record = found[nameless.indexOf(link)]?.data
    const entity = catalog.objects.find((entry) => entry.name === objectOf(link))
    return record ? { ...link, title: titleOf(entity, record) } : link
  })
}

type LookupProps = Omit<EditProps<unknown>, 'value' | 'onChange'> & {
  objects: string[]
  value: LinkValue[]
  multiple?: boolean
  person?: boolean
  onChange: (value: LinkValue[]) => void
}

/** Chooses one record or several of some objects. */
export function Lookup({ objects, value: links, multiple, person, onChange, field, autoFocus, ...rest }: LookupProps) {
  const value = useTitled(links, objects)
  const [text, setText] = useState('')
  const [opened, setOpened] = useState(!!autoFocus)
  const found = useLookup(objects, text, opened)
  const key = (link: LinkValue) => `${link.object ?? ''}/${link.id}`
  const pool = new Map<string, LinkValue>()
  for (const link of [...(found.data ?? []), ...value]) if (link.id && !pool.has(link.id)) pool.set(link.id, link)
  const options = (found.data ?? []).filter((link) => link.id)
  return (
    <Picker
      {...rest}
      {...(multiple ? { multiple } : {})}
      {...(autoFocus ? { defaultOpen: true } : {})}
      clearable={!field.required}
      loading={found.isFetching}
      onSearch={(next) => {
        setOpened(true)
        setText(next)
      }}
      options={options.map((link) => ({
        value: link.id as string,
        label: link.title ?? '',
        show: <LinkName value={link} object={objects[0]} plain {...(person ? { person } : {})} />,
      }))}
      value={value.flatMap((link) => (link.id ? [link.id] : []))}
      onChange={(ids) => onChange(ids.flatMap((id) => pool.get(id) ?? []))}
    >
      {value.length > 0
        ? value.map((link) => (
            <LinkName key={key(link)} value={link} object={objects[0]} plain {...(person ? { person } : {})} />
          ))
        : undefined}
    </Picker>
  )
}
