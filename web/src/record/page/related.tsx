import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { pageQuery } from '@/api/queries'
import type { Entity, Field, Filter, Rec } from '@/api/types'
import { fieldOf, titleOf, useLabel, useRights, visible, writable } from '@/record/catalog'
import { Cell } from '@/record/fields/cell'
import { isEmpty, kindOf } from '@/record/fields/registry'
import { useCreate } from '@/record/form/create'
import { iconOf } from '@/record/icons'
import { defaultColumns } from '@/record/list/state'
import { Button, buttonClass } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Failure, Skeleton, State } from '@/ui/states'
import { Table } from '@/ui/table'

/** Another object whose records link to this one, and by which field. */
export type Relation = { key: string; entity: Entity; field: Field }

/** Found in the catalog: nobody has to list them. Activities stand on the timeline already. */
export function relationsOf(entity: Entity, objects: Entity[]): Relation[] {
  return objects
    .filter((other) => other.name !== 'activity' && other.nav)
    .flatMap((other) =>
      other.fields
        .filter(
          (field) =>
            (field.kind === 'link' || field.kind === 'links') &&
            field.target === entity.name &&
            visible(field) &&
            field.filter !== false,
        )
        .slice(0, 1)
        .map((field) => ({ key: `${other.name}.${field.name}`, entity: other, field })),
    )
}

/** A new record around another takes that one's customer and contact along, where it has such links. */
export function inherited(entity: Entity, record: Rec, other: Entity): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const name of ['customer', 'contact']) {
    const field = other.fields.find((candidate) => candidate.name === name && candidate.kind === 'link')
    const own = fieldOf(entity, name)
    if (field && writable(field) && own?.kind === 'link' && !isEmpty(record[name])) given[name] = record[name]
  }
  if (entity.name === 'contact' && other.fields.some((field) => field.name === 'customer' && writable(field))) {
    const customers = record.customers
    if (Array.isArray(customers) && customers.length === 1) given.customer = customers[0]
  }
  return given
}

export function Related({
  relation,
  entity,
  record,
  workspace,
}: {
  relation: Relation
  entity: Entity
  record: Rec
  workspace: string
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const create = useCreate()
  const rights = useRights(relation.entity.name)
  const other = relation.entity
  const columns = defaultColumns(other)
    .filter((name) => name !== relation.field.name)
    .slice(0, 5)
    .flatMap((name) => other.fields.find((field) => field.name === name) ?? [])
  const link = { id: record.id, title: titleOf(entity, record), object: entity.name }
  const given = {
    ...inherited(entity, record, other),
    [relation.field.name]: relation.field.kind === 'links' ? [link] : link,
  }
  const filter: Filter = {
    field: relation.field.name,
    op: relation.field.kind === 'links' ? 'any' : 'in',
    value: [record.id],
  }
  const page = useQuery(
    pageQuery(other.name, { filter, sort: '-created_at', limit: 50, fields: columns.map((field) => field.name) }),
  )
  const add = rights.create && writable(relation.field) && (
    <Button size="sm" onClick={() => create(other.name, given, () => undefined)}>
      <Plus /> {t('record.new_one', { name: label(other.label) })}
    </Button>
  )
  if (page.isPending) return <Skeleton />
  if (page.isError) return <Failure error={page.error} retry={() => page.refetch()} />
  if (!page.data.total)
    return (
      <State
        icon={iconOf(other)}
        title={t('record.none', { name: label(other.plural) })}
        text={t(add ? 'record.none_text' : 'record.none_readonly')}
        action={add}
        className="py-8"
      />
    )
  return (
    <>
      <div className="mb-2 flex items-center gap-2">
        <span className="num flex-1 text-xs text-muted">
          {t('record.total', { count: page.data.total, n: page.data.total })}
        </span>
        {add}
      </div>
      <Table
        label={label(other.plural)}
        head={columns.map((field) => (
          <th
            key={field.name}
            scope="col"
            className={cn('px-3 py-2 whitespace-nowrap', kindOf(field).end && 'text-right')}
          >
            {label(field.label)}
          </th>
        ))}
      >
        {page.data.data.map((row) => (
          <tr key={row.id} className="hover:bg-hover">
            {columns.map((field) => (
              <td
                key={field.name}
                className={cn('max-w-72 truncate px-3 py-2 whitespace-nowrap', kindOf(field).end && 'text-right')}
              >
                {field.name === other.title_field ? (
                  <Link
                    to="/w/$workspace/$object/$id"
                    params={{ workspace, object: other.name, id: row.id }}
                    className="font-medium hover:text-primary-text hover:underline"
                  >
                    {titleOf(other, row)}
                  </Link>
                ) : (
                  <Cell entity={other} field={field} record={row} />
                )}
              </td>
            ))}
          </tr>
        ))}
      </Table>
      {page.data.next && (
        <Link
          to="/w/$workspace/$object"
          params={{ workspace, object: other.name }}
          search={{ filter: { and: [{ field: relation.field.name, op: filter.op, value: [link] }] } }}
          className={cn(buttonClass('ghost', 'sm'), 'mt-2')}
        >
          {t('record.show_all')}
        </Link>
      )}
    </>
  )
}
