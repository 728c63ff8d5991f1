import { useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Tag, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fieldOf, useEntity } from '@/record/catalog'
import { useRemove } from '@/record/edit'
import { Badge, toneOf } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Failure, State } from '@/ui/states'
import { allQuery, textOf } from './data'
import { AdminOnly, Page, row } from './parts'
import { type Draft, FormDialog, Listed } from './records'

const tagsQuery = allQuery('tag', ['name', 'color'], 'name')

/** The tags that are suggested, each with its colour. */
export default function Tags() {
  const entity = useEntity('tag')
  return <AdminOnly>{entity ? <List /> : <Failure error={{ status: 404 }} />}</AdminOnly>
}

function List() {
  const { t } = useTranslation()
  const entity = useEntity('tag')
  const tags = useQuery(tagsQuery)
  const [form, setForm] = useState<Draft>()
  const remove = useRemove('tag')
  const add = (
    <Button variant="primary" onClick={() => setForm({})}>
      <Plus /> {t('settings.tags.new')}
    </Button>
  )
  const colour = entity && fieldOf(entity, 'color')
  return (
    <Page title={t('settings.tags.title')} text={t('settings.tags.text')} actions={add}>
      <Listed
        query={tags}
        label={t('settings.tags.title')}
        empty={<State icon={Tag} title={t('settings.tags.none')} text={t('settings.tags.none_text')} action={add} />}
      >
        {(list) =>
          list.map((tag) => {
            const name = textOf(tag, 'name')
            const tone = colour?.options?.find((option) => option.name === tag.color)?.color ?? textOf(tag, 'color')
            return (
              <li key={tag.id} className={row}>
                <span className="min-w-0 flex-1">
                  <Badge tone={toneOf(tone)} dot>
                    {name}
                  </Badge>
                </span>
                <Button
                  size="iconSm"
                  variant="ghost"
                  aria-label={t('settings.edit_one', { name })}
                  onClick={() => setForm({ record: tag })}
                >
                  <Pencil />
                </Button>
                <Button
                  size="iconSm"
                  variant="ghost"
                  aria-label={t('settings.delete_one', { name })}
                  onClick={() => remove.mutate(tag)}
                >
                  <Trash2 />
                </Button>
              </li>
            )
          })
        }
      </Listed>
      <FormDialog entity={entity} draft={form} title={t('settings.tags.new')} close={() => setForm(undefined)} />
    </Page>
  )
}
