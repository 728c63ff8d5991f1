import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Download, FileSpreadsheet, Upload } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { useCatalog, useLabel } from '@/record/catalog'
import { Page, row } from '@/settings/parts'
import { Badge } from '@/ui/badge'
import { buttonClass } from '@/ui/button'
import { integer, moment, useLocale } from '@/ui/format'
import { State } from '@/ui/states'
import { figuresOf } from './data'
import { ended, fileUrl, type Job } from './jobs'
import { Pages } from './pages'
import { Bar, StateBadge } from './progress'
import { UndoImport } from './result'

/** The files that came in: what each did, its rows to mend, and the way back. */
export default function Imports() {
  const { t } = useTranslation()
  const { workspace } = useParams({ strict: false })
  const jobs = useInfiniteQuery({
    queryKey: ['jobs', 'import'],
    queryFn: ({ pageParam, signal }) =>
      space.get<{ data: Job[]; next: string | null }>(`/jobs?kind=import${pageParam ? `&cursor=${pageParam}` : ''}`, {
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.data.some((job) => !ended(job))) ? 2000 : false,
  })
  const begin = (
    <Link to={`/w/${workspace}/import` as '/'} className={buttonClass('primary')}>
      <Upload /> {t('exchange.import')}
    </Link>
  )
  return (
    <Page title={t('exchange.imports')} text={t('exchange.imports_text')} actions={begin}>
      <Pages
        jobs={jobs}
        label={t('exchange.imports')}
        empty={
          <State
            icon={FileSpreadsheet}
            title={t('exchange.imports_none')}
            text={t('exchange.imports_none_text')}
            action={begin}
          />
        }
        show={(job) => <ImportRow key={job.id} job={job} />}
      />
    </Page>
  )
}

function ImportRow({ job }: { job: Job }) {
  const { t } = useTranslation()
  const label = useLabel()
  const locale = useLocale()
  const { workspace } = useParams({ strict: false })
  const { objects } = useCatalog()
  const figures = figuresOf(job)
  const args = job.args_summary as { object?: string; file_name?: string; file?: string; dry_run?: boolean }
  const object = objects.find((entity) => entity.name === args.object)
  return (
    <li className={row}>
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex items-center gap-2">
          <Link
            to={`/w/${workspace}/import` as '/'}
            search={{ object: args.object, file: args.file, job: job.id } as never}
            className="truncate font-medium hover:text-primary-text hover:underline"
          >
            {args.file_name ?? job.id}
          </Link>
          {args.dry_run && <Badge tone="violet">{t('exchange.trial')}</Badge>}
          <StateBadge job={job} />
        </p>
        <p className="text-xs text-muted">
          {[label(object?.plural), job.actor?.title, moment(job.created_at, locale)].filter(Boolean).join(' · ')}
        </p>
        {ended(job) ? (
          <p className="num mt-0.5 text-xs text-subtle">
            {(['created', 'updated', 'skipped', 'failed'] as const)
              .map((name) => `${t(`exchange.figure.${name}`)} ${integer(figures[name], locale)}`)
              .join(' · ')}
          </p>
        ) : (
          <div className="mt-1.5 max-w-80">
            <Bar job={job} />
          </div>
        )}
      </div>
      {figures.mend && (
        <a href={fileUrl(figures.mend)} download className={buttonClass('outline', 'sm')}>
          <Download /> {t('exchange.mend')}
        </a>
      )}
      {ended(job) && !args.dry_run && <UndoImport job={job} size="sm" />}
    </li>
  )
}
