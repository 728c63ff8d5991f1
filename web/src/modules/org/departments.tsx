import { useMutation, useQuery } from '@tanstack/react-query'
import { MoreHorizontal, Network, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { records } from '@/api/records'
import type { Rec } from '@/api/types'
import { useEntity } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { RecordForm } from '@/record/form/form'
import { linkOf, messageOf, textOf } from '@/settings/data'
import { AdminOnly, Page, Rows, row } from '@/settings/parts'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Menu, MenuItem } from '@/ui/menu'
import { Failure, Skeleton, State } from '@/ui/states'
import { toastFailure } from '@/ui/toast'
import { departmentsQuery, renewPeople, usersQuery } from './data'

type Node = { record: Rec; depth: number }

/** The tree from top to bottom. A circle, which nothing forbids, is shown from where the list begins. */
export function treeOf(list: Rec[]): Node[] {
  const ids = new Set(list.map((record) => record.id))
  const below = new Map<string, Rec[]>()
  for (const record of list) {
    const parent = linkOf(record, 'parent')?.id ?? ''
    const key = ids.has(parent) ? parent : ''
    below.set(key, [...(below.get(key) ?? []), record])
  }
  const out: Node[] = []
  const seen = new Set<string>()
  const walk = (record: Rec, depth: number) => {
    if (seen.has(record.id)) return
    seen.add(record.id)
    out.push({ record, depth })
    for (const child of below.get(record.id) ?? []) walk(child, depth + 1)
  }
  for (const record of below.get('') ?? []) walk(record, 0)
  for (const record of list) walk(record, 0)
  return out
}

export default function Departments() {
  return (
    <AdminOnly>
      <Tree />
    </AdminOnly>
  )
}

function Tree() {
  const { t } = useTranslation()
  const departments = useQuery(departmentsQuery)
  const users = useQuery(usersQuery)
  const entity = useEntity('department')
  const undo = useUndo()
  const [form, setForm] = useState<{ record?: Rec; parent?: Rec }>()
  const remove = useMutation({
    mutationFn: (record: Rec) => records.remove('department', record.id),
    onSuccess: ({ changeSet }, record) => {
      undo(t('org.departments.removed', { name: textOf(record, 'name') }), changeSet, 'department')
      renewPeople()
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const count = (id: string) =>
    (users.data ?? []).filter((user) => user.active !== false && linkOf(user, 'department')?.id === id).length
  const add = (
    <Button variant="primary" onClick={() => setForm({})}>
      <Plus /> {t('org.departments.new')}
    </Button>
  )
  return (
    <Page title={t('org.departments.title')} text={t('org.departments.text')} actions={add}>
      {departments.isPending ? (
        <Skeleton lines={5} />
      ) : departments.isError ? (
        <Failure error={departments.error} retry={() => departments.refetch()} />
      ) : departments.data.length === 0 ? (
        <State icon={Network} title={t('org.departments.none')} text={t('org.departments.none_text')} />
      ) : (
        <Rows label={t('org.departments.title')}>
          {treeOf(departments.data).map(({ record, depth }) => {
            const name = textOf(record, 'name')
            return (
              <li key={record.id} className={row} style={{ paddingLeft: `${1 + Math.min(depth, 6) * 1.5}rem` }}>
                <Network className="size-4 shrink-0 text-subtle" />
                <div className="min-w-0 flex-1">
                  <p className="truncate font-medium">{name}</p>
                  <p className="text-xs text-muted">
                    {[
                      t('org.departments.people', { count: count(record.id) }),
                      linkOf(record, 'head')?.title &&
                        t('org.departments.head', { name: linkOf(record, 'head')?.title ?? '' }),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </p>
                </div>
                <Button size="sm" variant="ghost" className="max-sm:hidden" onClick={() => setForm({ parent: record })}>
                  <Plus /> {t('org.departments.below')}
                </Button>
                <Menu
                  trigger={
                    <Button variant="ghost" size="iconSm" aria-label={t('org.people.more', { name })}>
                      <MoreHorizontal />
                    </Button>
                  }
                >
                  <MenuItem onClick={() => setForm({ record })}>
                    <Pencil /> {t('ui.edit')}
                  </MenuItem>
                  <MenuItem className="sm:hidden" onClick={() => setForm({ parent: record })}>
                    <Plus /> {t('org.departments.below')}
                  </MenuItem>
                  <MenuItem danger onClick={() => remove.mutate(record)}>
                    <Trash2 /> {t('ui.delete')}
                  </MenuItem>
                </Menu>
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
          title={form.record ? textOf(form.record, 'name') : t('org.departments.new')}
        >
          <RecordForm
            entity={entity}
            {...(form.record ? { record: form.record } : {})}
            {...(form.parent
              ? { initial: { parent: { id: form.parent.id, title: textOf(form.parent, 'name') } } }
              : {})}
            onCancel={() => setForm(undefined)}
            onDone={() => {
              setForm(undefined)
              renewPeople()
            }}
          />
        </Dialog>
      )}
    </Page>
  )
}
