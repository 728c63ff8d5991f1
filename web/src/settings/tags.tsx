import { useMutation, useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Tag, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Rec } from '@/api/types'
import { fieldOf, useEntity } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { RecordForm } from '@/record/form/form'
import { Badge, toneOf } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Failure, Skeleton, State } from '@/ui/states'
import { toastFailure } from '@/ui/toast'
import { allQuery, messageOf, textOf } from './data'
import { AdminOnly, Page, Rows, row } from './parts'

const tagsQuery = allQuery('tag', ['name', 'color'], 'name')

/** The tags that are suggested, each with its colour. */
export default function Tags() {
  const entity = useEntity('tag')
  return <AdminOnly>{entity ? <List /> : <Failure error={{ status: 404 }} />}</AdminOnly>
}

function List() {
  const { t } = useTranslation()
  const entity = useEntity('tag')
  const undo = useUndo()
  const tags = useQuery(tagsQuery)
  const [form, setForm] = useState<{ record?: Rec }>()
  const remove = useMutation({
    mutationFn: (record: Rec) => records.remove('tag', record.id),
    onSuccess: ({ changeSet }) => {
      undo(t('record.deleted'), changeSet, 'tag')
      renew('tag')
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const add = (
    <Button variant="primary" onClick={() => setForm({})}>
      <Plus /> {t('settings.tags.new')}
    </Button>
  )
  const colour = entity && fieldOf(entity, 'color')
  return (
    <Page title={t('settings.tags.title')} text={t('settings.tags.text')} actions={add}>
      {tags.isPending ? (
        <Skeleton lines={4} />
      ) : tags.isError ? (
        <Failure error={tags.error} retry={() => tags.refetch()} />
      ) : tags.data.length === 0 ? (
        <State icon={Tag} title={t('settings.tags.none')} text={t('settings.tags.none_text')} />
      ) : (
        <Rows label={t('settings.tags.title')}>
          {tags.data.map((tag) => {
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
          })}
        </Rows>
      )}
      {entity && form && (
        <Dialog
          open
          onOpenChange={() => setForm(undefined)}
          size="sm"
          title={form.record ? textOf(form.record, 'name') : t('settings.tags.new')}
        >
          <RecordForm
            entity={entity}
            {...(form.record ? { record: form.record } : {})}
            onCancel={() => setForm(undefined)}
            onDone={() => setForm(undefined)}
          />
        </Dialog>
      )}
    </Page>
  )
}
