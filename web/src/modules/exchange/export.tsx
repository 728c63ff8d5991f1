import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { messageOf } from '@/api/problem'
import type { Entity, Question } from '@/api/types'
import { useLabel, visible } from '@/record/catalog'
import { Fault } from '@/settings/parts'
import { Button, buttonClass } from '@/ui/button'
import { Labeled, Segments } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { Picker } from '@/ui/picker'
import { Failure, Skeleton } from '@/ui/states'
import { ended, fileOf, fileUrl, type Job, useJob } from './jobs'
import { Bar, StateBadge } from './progress'

/** Writes what a list shows into a file: its filter and order, and the fields that one chooses. */
export default function Export({ entity, question, close }: { entity: Entity; question: Question; close: () => void }) {
  const { t } = useTranslation()
  const label = useLabel()
  const [format, setFormat] = useState<'xlsx' | 'csv'>('xlsx')
  const known = entity.fields.filter(visible)
  const [fields, setFields] = useState(() =>
    (question.fields ?? []).filter((name) => known.some((field) => field.name === name)),
  )
  const begin = useMutation({
    mutationFn: () =>
      space.post<Job>('/jobs/export', {
        object: entity.name,
        format,
        fields,
        ...(question.filter ? { filter: question.filter } : {}),
        ...(question.sort ? { sort: question.sort } : {}),
        ...(question.deleted ? { deleted: true } : {}),
      }),
  })
  const id = begin.data?.data.id
  return (
    <Dialog
      open
      onOpenChange={close}
      title={t('exchange.export_of', { name: label(entity.plural) })}
      description={t(question.filter ? 'exchange.export_filtered' : 'exchange.export_all')}
      foot={
        id ? (
          <Button onClick={close}>{t('settings.done')}</Button>
        ) : (
          <>
            <Button onClick={close}>{t('ui.cancel')}</Button>
            <Button variant="primary" disabled={!fields.length || begin.isPending} onClick={() => begin.mutate()}>
              {t('exchange.export')}
            </Button>
          </>
        )
      }
    >
      {id ? (
        <Running id={id} />
      ) : (
        <div className="space-y-4">
          <div className="w-fit">
            <Segments
              label={t('exchange.format')}
              value={format}
              onChange={setFormat}
              options={[
                { value: 'xlsx', label: 'Excel (XLSX)' },
                { value: 'csv', label: 'CSV' },
              ]}
            />
          </div>
          <Labeled label={t('exchange.fields')}>
            {(ids) => (
              <Picker
                {...ids}
                multiple
                aria-label={t('exchange.fields')}
                options={known.map((field) => ({ value: field.name, label: label(field.label) }))}
                value={fields}
                onChange={setFields}
              />
            )}
          </Labeled>
          <Fault error={begin.error && new Error(messageOf(begin.error))} />
        </div>
      )}
    </Dialog>
  )
}

function Running({ id }: { id: string }) {
  const { t } = useTranslation()
  const job = useJob(id)
  if (job.isPending) return <Skeleton />
  if (job.isError) return <Failure error={job.error} retry={() => job.refetch()} />
  const file = fileOf(job.data.progress?.file)
  return (
    <div aria-live="polite" className="space-y-4">
      <StateBadge job={job.data} />
      <Bar job={job.data} />
      <Fault error={job.data.error && new Error(job.data.error.message)} />
      {ended(job.data) && file && (
        <a href={fileUrl(file)} download className={buttonClass('primary')}>
          <Download /> {t('exchange.download', { name: file.name })}
        </a>
      )}
      {!ended(job.data) && <p className="text-xs text-muted">{t('exchange.may_leave')}</p>}
    </div>
  )
}
