import { useQuery } from '@tanstack/react-query'
import { MoreHorizontal, Network, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Rec } from '@/api/types'
import { useEntity } from '@/record/catalog'
import { useRemove } from '@/record/edit'
import { linkOf, textOf } from '@/settings/data'
import { AdminOnly, Page, row } from '@/settings/parts'
import { type Draft, FormDialog, Listed } from '@/settings/records'
import { Button } from '@/ui/button'
import { Menu, MenuItem } from '@/ui/menu'
import { State } from '@/ui/states'
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
  const [form, setForm] = useState<Draft>()
  const remove = useRemove('department')
  const count = (id: string) =>
    (users.data ?? []).filter((user) => user.active !== false && linkOf(user, 'department')?.id === id).length
  const add = (
    <Button variant="primary" onClick={() => setForm({})}>
      <Plus /> {t('org.departments.new')}
    </Button>
  )
  return (
    <Page title={t('org.departments.title')} text={t('org.departments.text')} actions={add}>
      <Listed
        query={departments}
        label={t('org.departments.title')}
        empty={
          <State icon={Network} title={t('org.departments.none')} text={t('org.departments.none_text')} action={add} />
        }
      >
        {(list) =>
          treeOf(list).map(({ record, depth }) => {
            const name = textOf(record, 'name')
            const below = () => setForm({ initial: { parent: { id: record.id, title: name } } })
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
                <Button size="sm" variant="ghost" className="max-sm:hidden" onClick={below}>
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
                  <MenuItem className="sm:hidden" onClick={below}>
                    <Plus /> {t('org.departments.below')}
                  </MenuItem>
                  <MenuItem danger onClick={() => remove.mutate(record, { onSuccess: renewPeople })}>
                    <Trash2 /> {t('ui.delete')}
                  </MenuItem>
                </Menu>
              </li>
            )
          })
        }
      </Listed>
      <FormDialog
        entity={entity}
        draft={form}
        title={t('org.departments.new')}
        close={() => setForm(undefined)}
        saved={renewPeople}
      />
    </Page>
  )
}
