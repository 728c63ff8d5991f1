import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Handshake } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { pageQuery } from '@/api/queries'
import type { Entity, Filter, Question } from '@/api/types'
import { allows, fieldOf, titleOf, useEntity, useRights } from '@/record/catalog'
import { Mark } from '@/ui/badge'
import { cn } from '@/ui/cn'
import { ago, moment, useLocale } from '@/ui/format'
import { Panel } from '@/ui/panel'
import { Failure, Skeleton, State } from '@/ui/states'

/** Whom to speak with next, and whom nobody has spoken with for long. */
export default function NextContacts() {
  const customer = useEntity('customer')
  const rights = useRights('customer')
  if (!customer || !allows(rights.read) || !fieldOf(customer, 'next_contact_at')) return null
  return (
    <>
      <Customers
        customer={customer}
        title="next"
        by="next_contact_at"
        filter={[{ field: 'next_contact_at', op: 'filled' }]}
      />
      <Customers
        customer={customer}
        title="quiet"
        by="last_activity_at"
        filter={[
          { field: 'last_activity_at', op: 'filled' },
          { not: { field: 'last_activity_at', op: 'within', value: 'last_n_days:30' } },
        ]}
      />
      <Customers customer={customer} title="recent" by="updated_at" filter={[]} />
    </>
  )
}

const mine: Filter = { field: 'owner', op: 'eq', value: 'me' }

function Customers({
  customer,
  title,
  by,
  filter,
}: {
  customer: Entity
  title: 'next' | 'quiet' | 'recent'
  by: 'next_contact_at' | 'last_activity_at' | 'updated_at'
  filter: Filter[]
}) {
  const { t } = useTranslation()
  const locale = useLocale()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const question: Question = {
    ...(title === 'recent' ? {} : { filter: { and: [mine, ...filter] } }),
    sort: title === 'recent' ? `-${by}` : by,
    limit: 6,
    fields: ['name', by],
  }
  const page = useQuery(pageQuery('customer', question))
  // Nobody to worry about is no news.
  if (title !== 'next' && page.data?.total === 0) return null
  return (
    <Panel
      title={t(`customers.${title}`)}
      count={page.data?.total}
      action={
        <Link
          to="/w/$workspace/$object"
          params={{ workspace, object: 'customer' }}
          search={{ ...(question.filter ? { filter: question.filter } : {}), sort: question.sort }}
          className="text-xs text-primary-text hover:underline"
        >
          {t('record.show_all')}
        </Link>
      }
    >
      {page.isPending && <Skeleton className="p-4" lines={4} />}
      {page.isError && <Failure error={page.error} retry={() => page.refetch()} className="py-6" />}
      {page.data?.total === 0 && (
        <State
          icon={Handshake}
          title={t('customers.none_next')}
          text={t('customers.none_next_text')}
          className="py-8"
        />
      )}
      <ul className="divide-y">
        {page.data?.data.map((record) => {
          const at = String(record[by] ?? '')
          const late = title === 'next' && Date.parse(at) < Date.now()
          return (
            <li key={record.id}>
              <Link
                to="/w/$workspace/$object/$id"
                params={{ workspace, object: 'customer', id: record.id }}
                className="flex min-h-10 items-center gap-2.5 px-4 py-1.5 text-sm hover:bg-hover"
              >
                <Mark name={titleOf(customer, record)} className="size-5 text-[10px]" />
                <span className="min-w-0 flex-1 truncate">{titleOf(customer, record)}</span>
                <time
                  dateTime={at}
                  title={moment(at, locale)}
                  className={cn('shrink-0 text-xs', late ? 'font-medium text-bad' : 'text-muted')}
                >
                  {ago(at, locale)}
                </time>
              </Link>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
