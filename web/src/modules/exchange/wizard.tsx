import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { FileSpreadsheet, Upload as UploadIcon } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { messageOf } from '@/api/problem'
import { useCatalog, useLabel, useMe } from '@/record/catalog'
import { Fault, Page } from '@/settings/parts'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Select } from '@/ui/control'
import { Failure, Skeleton } from '@/ui/states'
import { type Ask, type Options, previewQuery, upload } from './data'
import { type Job, useJob } from './jobs'
import { MapStep } from './map'
import { ResultStep } from './result'

const steps = ['file', 'map', 'check', 'run'] as const
type Step = (typeof steps)[number]
type Where = { object?: string; file?: string; job?: string }

/**
 * The way of a file into the workspace: choose it, say what its columns are, try without writing, then write. Where one
 * stands is in the address, so that a reload goes on there.
 */
export default function ImportPage() {
  const { t } = useTranslation()
  const label = useLabel()
  const me = useMe()
  const { objects } = useCatalog()
  const navigate = useNavigate()
  const { workspace } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as Where
  const open = objects.filter((entity) => entity.nav && entity.group && me.rights[entity.name]?.import)
  const object = open.find((entity) => entity.name === (search.object ?? 'customer')) ?? open[0]
  const [asked, setAsked] = useState<Ask>()
  const go = (where: Where) =>
    void navigate({
      to: `/w/${workspace}/import` as '/',
      search: where as never,
      replace: where.object === search.object,
    })
  if (!object) return <Failure error={{ status: 403, message: t('exchange.no_right') }} />
  const start = async (ask: Ask) => {
    const { data } = await space.post<Job>('/jobs/import', ask)
    setAsked(ask)
    go({ object: ask.object, file: ask.file, job: data.id })
  }
  return (
    <div className="h-full overflow-y-auto bg-surface max-md:pt-3">
      <Page
        wide
        title={t('exchange.import')}
        text={t('exchange.import_text')}
        actions={
          <Link to={`/w/${workspace}/settings/imports` as '/'} className="text-sm text-primary-text hover:underline">
            {t('exchange.imports')}
          </Link>
        }
      >
        {search.job ? (
          <JobStep
            key={search.job}
            id={search.job}
            asked={asked}
            start={start}
            again={() => go({ object: object.name })}
          />
        ) : search.file ? (
          <>
            <Steps at="map" />
            <Read
              key={search.file}
              file={search.file}
              object={object.name}
              start={start}
              again={() => go({ object: object.name })}
            />
          </>
        ) : (
          <>
            <Steps at="file" />
            <div className="mb-4 flex flex-wrap items-center gap-2">
              <span className="text-sm text-muted">{t('exchange.into')}</span>
              <Select
                aria-label={t('exchange.into')}
                className="w-44"
                value={object.name}
                onChange={(event) => go({ object: event.target.value })}
              >
                {open.map((entity) => (
                  <option key={entity.name} value={entity.name}>
                    {label(entity.plural)}
                  </option>
                ))}
              </Select>
            </div>
            <Drop onDone={(file) => go({ object: object.name, file })} />
          </>
        )}
      </Page>
    </div>
  )
}

export function Steps({ at }: { at: Step }) {
  const { t } = useTranslation()
  const now = steps.indexOf(at)
  return (
    <ol className="mb-6 flex flex-wrap gap-x-6 gap-y-2 text-sm">
      {steps.map((step, index) => (
        <li
          key={step}
          aria-current={step === at ? 'step' : undefined}
          className={cn('flex items-center gap-2', index === now ? 'font-medium text-fg' : 'text-subtle')}
        >
          <span
            className={cn(
              'num grid size-5.5 place-items-center rounded-full text-xs',
              index < now ? 'bg-ok-soft text-ok' : index === now ? 'bg-primary text-primary-fg' : 'bg-surface-2',
            )}
          >
            {index + 1}
          </span>
          <span className={cn(index !== now && 'max-sm:sr-only')}>{t(`exchange.step.${step}`)}</span>
        </li>
      ))}
    </ol>
  )
}

function Drop({ onDone }: { onDone: (file: string) => void }) {
  const { t } = useTranslation()
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const send = useMutation({
    mutationFn: (file: File) => upload(file),
    onSuccess: ({ data }) => onDone(data.id),
  })
  const take = (file: File | undefined) => file && send.mutate(file)
  return (
    <>
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          take(event.dataTransfer.files[0])
        }}
        className={cn(
          'flex min-h-60 flex-col items-center justify-center gap-2 rounded-xl border border-dashed border-line-strong px-6 text-center transition-colors focus-within:border-primary hover:bg-hover',
          over && 'border-primary bg-primary-soft',
        )}
      >
        <span className="grid size-11 place-items-center rounded-xl bg-surface-2 text-subtle">
          {send.isPending ? <FileSpreadsheet className="size-5" /> : <UploadIcon className="size-5" />}
        </span>
        <span className="text-base font-medium">{t(send.isPending ? 'exchange.sending' : 'exchange.drop')}</span>
        <span className="max-w-md text-sm text-muted">{t('exchange.drop_text')}</span>
        <input
          id={id}
          ref={input}
          type="file"
          className="sr-only"
          accept=".csv,.txt,.tsv,.xlsx"
          disabled={send.isPending}
          onChange={(event) => take(event.target.files?.[0])}
        />
        <Button className="mt-2" variant="primary" disabled={send.isPending} onClick={() => input.current?.click()}>
          {t('exchange.choose')}
        </Button>
      </label>
      <Fault error={send.error && new Error(messageOf(send.error))} />
    </>
  )
}

function Read({
  file,
  object,
  start,
  again,
}: {
  file: string
  object: string
  start: (ask: Ask) => Promise<void>
  again: () => void
}) {
  const [options, setOptions] = useState<Options>({})
  const preview = useQuery(previewQuery(file, object, options))
  if (preview.isPending) return <Skeleton lines={8} />
  if (preview.isError) return <Failure error={preview.error} retry={again} />
  return (
    <MapStep
      key={JSON.stringify(preview.data.options)}
      preview={preview.data}
      object={object}
      onOptions={setOptions}
      start={start}
      again={again}
    />
  )
}

function JobStep({
  id,
  asked,
  start,
  again,
}: {
  id: string
  asked: Ask | undefined
  start: (ask: Ask) => Promise<void>
  again: () => void
}) {
  const job = useJob(id)
  if (job.isPending) return <Skeleton lines={5} />
  if (job.isError) return <Failure error={job.error} retry={() => job.refetch()} />
  const args = job.data.args_summary as Partial<Ask>
  const trial = !!args.dry_run
  return (
    <>
      <Steps at={trial ? 'check' : 'run'} />
      <ResultStep job={job.data} asked={asked ?? (args as Ask)} start={start} again={again} />
    </>
  )
}
