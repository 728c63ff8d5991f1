import { useMutation, useQuery } from '@tanstack/react-query'
import { KeyRound, MoreHorizontal, Pencil, Search, UserCheck, UserPlus, Users, UserX } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { messageOf } from '@/api/problem'
import type { Rec } from '@/api/types'
import { useEntity, useMe } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { linkOf, linksOf, textOf } from '@/settings/data'
import { AdminOnly, CopyField, Page, Rows, row } from '@/settings/parts'
import { FormDialog } from '@/settings/records'
import { Avatar, Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Input, Select } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { ago, moment, useLocale } from '@/ui/format'
import { Menu, MenuItem, MenuLine } from '@/ui/menu'
import { Failure, Skeleton, State } from '@/ui/states'
import { toastFailure } from '@/ui/toast'
import { departmentsQuery, type Entrance, entrancesQuery, renewPeople, rolesQuery, usersQuery } from './data'
import { Invite } from './invite'

type Person = { user: Rec; entrance: Entrance | undefined; state: 'active' | 'invited' | 'inactive' }
type Handed = { link: string; kind: string; sent: boolean; expires_at: string; name: string }

/** Everybody who works here: invited, in departments and roles, and no longer here. */
export default function People() {
  return (
    <AdminOnly>
      <List />
    </AdminOnly>
  )
}

function List() {
  const { t } = useTranslation()
  const users = useQuery(usersQuery)
  const entrances = useQuery(entrancesQuery)
  const departments = useQuery(departmentsQuery)
  const [inviting, setInviting] = useState(false)
  const [editing, setEditing] = useState<Rec>()
  const [handed, setHanded] = useState<Handed>()
  const [text, setText] = useState('')
  const [department, setDepartment] = useState('')
  const [state, setState] = useState<'here' | 'active' | 'invited' | 'inactive'>('here')
  const entity = useEntity('user')

  const byUser = new Map(entrances.data?.data.map((entry) => [entry.id, entry]))
  const people = (users.data ?? []).map((user): Person => {
    const entrance = byUser.get(user.id)
    return {
      user,
      entrance,
      state:
        user.active === false ? 'inactive' : entrance?.state === 'invited' && !entrance.seen_at ? 'invited' : 'active',
    }
  })
  const query = text.trim().toLocaleLowerCase()
  const shown = people.filter(
    ({ user, entrance, state: own }) =>
      (state === 'here' ? own !== 'inactive' : own === state) &&
      (!department || linkOf(user, 'department')?.id === department) &&
      (!query ||
        [textOf(user, 'name'), entrance?.email ?? ''].some((value) => value.toLocaleLowerCase().includes(query))),
  )
  return (
    <Page
      title={t('org.people.title')}
      text={t('org.people.text')}
      wide
      actions={
        <Button variant="primary" onClick={() => setInviting(true)}>
          <UserPlus /> {t('org.people.invite')}
        </Button>
      }
    >
      <div className="mb-3 flex flex-wrap gap-2">
        <div className="relative min-w-48 flex-1">
          <Search className="absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-subtle" />
          <Input
            type="search"
            aria-label={t('org.people.search')}
            placeholder={t('org.people.search')}
            className="pl-8"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <Select
          aria-label={t('org.department')}
          className="w-40"
          value={department}
          onChange={(event) => setDepartment(event.target.value)}
        >
          <option value="">{t('org.people.every_department')}</option>
          {departments.data?.map((entry) => (
            <option key={entry.id} value={entry.id}>
              {textOf(entry, 'name')}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t('org.people.state')}
          className="w-40"
          value={state}
          onChange={(event) => setState(event.target.value as typeof state)}
        >
          {(['here', 'active', 'invited', 'inactive'] as const).map((value) => (
            <option key={value} value={value}>
              {t(`org.people.states.${value}`)}
            </option>
          ))}
        </Select>
      </div>
      {users.isPending || entrances.isPending ? (
        <Skeleton lines={6} />
      ) : users.isError || entrances.isError ? (
        <Failure
          error={users.error ?? entrances.error}
          retry={() => void Promise.all([users.refetch(), entrances.refetch()])}
        />
      ) : shown.length === 0 ? (
        <State icon={Users} title={t('org.people.none')} text={t('org.people.none_text')} />
      ) : (
        <Rows label={t('org.people.title')}>
          {shown.map((person) => (
            <PersonRow key={person.user.id} person={person} onEdit={() => setEditing(person.user)} onLink={setHanded} />
          ))}
        </Rows>
      )}
      {inviting && <Invite close={() => setInviting(false)} />}
      <FormDialog
        entity={entity}
        draft={editing && { record: editing }}
        title=""
        size="md"
        omit={['email', 'active', 'time_zone']}
        close={() => setEditing(undefined)}
        saved={renewPeople}
      />
      {handed && <HandOver handed={handed} close={() => setHanded(undefined)} />}
    </Page>
  )
}

const tones = { active: 'ok', invited: 'info', inactive: 'gray' } as const

function PersonRow({
  person,
  onEdit,
  onLink,
}: {
  person: Person
  onEdit: () => void
  onLink: (handed: Handed) => void
}) {
  const { t } = useTranslation()
  const me = useMe()
  const locale = useLocale()
  const undo = useUndo()
  const roles = useQuery(rolesQuery).data ?? []
  const { user, entrance, state } = person
  const name = textOf(user, 'name')
  const work = useMutation({
    mutationFn: (on: boolean) => space.post(`/people/${user.id}/${on ? 'reactivate' : 'deactivate'}`),
    onSuccess: ({ changeSet }, on) => {
      undo(t(on ? 'org.people.back' : 'org.people.gone', { name }), on ? changeSet : undefined, 'user')
      renewPeople()
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const link = useMutation({
    mutationFn: () => space.post<Omit<Handed, 'name'>>(`/people/${user.id}/link`),
    onSuccess: ({ data }) => onLink({ ...data, name }),
    onError: (error) => toastFailure(messageOf(error)),
  })
  const department = linkOf(user, 'department')?.title
  return (
    <li className={row}>
      <Avatar name={name} className="size-8 text-xs" />
      <div className="min-w-0 flex-1 basis-44">
        <p className="flex items-center gap-2">
          <span className="truncate font-medium">{name}</span>
          {state !== 'active' && (
            <Badge tone={tones[state]} dot>
              {t(`org.people.states.${state}`)}
            </Badge>
          )}
        </p>
        <p className="truncate text-xs text-muted">
          {[entrance?.email, textOf(user, 'title')].filter(Boolean).join(' · ')}
        </p>
      </div>
      <div className="min-w-0 basis-36 text-sm text-muted max-md:hidden">
        <p className="truncate">{department ?? '—'}</p>
        {linkOf(user, 'manager')?.title && (
          <p className="truncate text-xs text-subtle">
            {t('org.people.reports', { name: linkOf(user, 'manager')?.title ?? '' })}
          </p>
        )}
      </div>
      <div className="flex basis-40 flex-wrap gap-1 max-md:order-last max-md:basis-full max-md:pl-11">
        {linksOf(user, 'roles').map((role) => (
          <Badge key={role.id} tone="primary">
            {textOf(roles.find((entry) => entry.id === role.id) ?? { id: '', version: 0 }, 'label') || role.title}
          </Badge>
        ))}
      </div>
      <div
        className="basis-24 text-xs text-subtle max-md:hidden"
        title={entrance?.seen_at ? moment(entrance.seen_at, locale) : undefined}
      >
        {entrance?.seen_at ? ago(entrance.seen_at, locale) : '—'}
      </div>
      <Menu
        trigger={
          <Button variant="ghost" size="iconSm" aria-label={t('org.people.more', { name })}>
            <MoreHorizontal />
          </Button>
        }
      >
        <MenuItem onClick={onEdit}>
          <Pencil /> {t('ui.edit')}
        </MenuItem>
        {state !== 'inactive' && entrance && (
          <MenuItem onClick={() => link.mutate()}>
            <KeyRound /> {t(state === 'invited' ? 'org.people.again' : 'org.people.reset')}
          </MenuItem>
        )}
        {user.id !== me.user.id && (
          <>
            <MenuLine />
            {state === 'inactive' ? (
              <MenuItem onClick={() => work.mutate(true)}>
                <UserCheck /> {t('org.people.reactivate')}
              </MenuItem>
            ) : (
              <MenuItem danger onClick={() => work.mutate(false)}>
                <UserX /> {t('org.people.deactivate')}
              </MenuItem>
            )}
          </>
        )}
      </Menu>
    </li>
  )
}

function HandOver({ handed, close }: { handed: Handed; close: () => void }) {
  const { t } = useTranslation()
  const locale = useLocale()
  return (
    <Dialog
      open
      onOpenChange={close}
      title={t(handed.kind === 'reset' ? 'org.people.reset_title' : 'org.people.again_title', { name: handed.name })}
      description={t(handed.sent ? 'org.people.link_sent' : 'org.people.link_text')}
      foot={<Button onClick={close}>{t('settings.done')}</Button>}
    >
      <CopyField label={t('org.people.link')} value={location.origin + handed.link} />
      <p className="mt-2 text-xs text-subtle">{t('org.people.until', { when: moment(handed.expires_at, locale) })}</p>
    </Dialog>
  )
}
