import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Plus, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { faultOf, messageOf } from '@/api/problem'
import { records } from '@/api/records'
import type { Rec } from '@/api/types'
import { linksOf, textOf } from '@/settings/data'
import { AdminOnly, Fault, Page } from '@/settings/parts'
import { Listed, RowLink } from '@/settings/records'
import { Avatar, Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Input, Labeled, Select } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { renewPeople, rolesQuery, usersQuery } from './data'
import { readRights } from './rights'

export default function Roles() {
  return (
    <AdminOnly>
      <List />
    </AdminOnly>
  )
}

function List() {
  const { t } = useTranslation()
  const { workspace } = useParams({ strict: false })
  const roles = useQuery(rolesQuery)
  const users = useQuery(usersQuery)
  const [making, setMaking] = useState(false)
  return (
    <Page
      title={t('org.roles.title')}
      text={t('org.roles.text')}
      actions={
        <Button variant="primary" onClick={() => setMaking(true)}>
          <Plus /> {t('org.roles.new')}
        </Button>
      }
    >
      <Listed query={roles} label={t('org.roles.title')}>
        {(list) =>
          list.map((role) => {
            const holders = (users.data ?? []).filter(
              (user) => user.active !== false && linksOf(user, 'roles').some((link) => link.id === role.id),
            )
            return (
              <RowLink
                key={role.id}
                to={`/w/${workspace}/settings/roles/${role.id}`}
                icon={<ShieldCheck />}
                name={
                  <>
                    {textOf(role, 'label')}
                    {readRights(textOf(role, 'rights')).admin && (
                      <Badge tone="warn" className="ml-2">
                        {t('org.roles.admin')}
                      </Badge>
                    )}
                  </>
                }
              >
                <span className="flex -space-x-1.5">
                  {holders.slice(0, 5).map((user) => (
                    <Avatar key={user.id} name={textOf(user, 'name')} className="ring-2 ring-surface" />
                  ))}
                </span>
                <span className="num text-xs text-muted">{t('org.departments.people', { count: holders.length })}</span>
              </RowLink>
            )
          })
        }
      </Listed>
      {making && <Make roles={roles.data ?? []} close={() => setMaking(false)} />}
    </Page>
  )
}

/** A role begins as a copy of another, which is nearly always closer to what one wants than nothing. */
function Make({ roles, close }: { roles: Rec[]; close: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { workspace } = useParams({ strict: false })
  const [label, setLabel] = useState('')
  const [from, setFrom] = useState(roles.find((role) => role.name === 'salesperson')?.id ?? '')
  const make = useMutation({
    mutationFn: () => {
      const rights = readRights(
        textOf(roles.find((role) => role.id === from) ?? ({ id: '', version: 0 } as Rec), 'rights'),
      )
      return records.create('role', {
        name: `role_${Date.now().toString(36)}`,
        label,
        rights: JSON.stringify({ ...rights, admin: undefined }),
      })
    },
    onSuccess: ({ data }) => {
      renewPeople()
      close()
      void navigate({ to: `/w/${workspace}/settings/roles/${data.id}` as '/' })
    },
  })
  return (
    <Dialog open onOpenChange={close} size="sm" title={t('org.roles.new')}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <Labeled label={t('org.roles.label')} required fault={faultOf(make.error, 'label')}>
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              required
              maxLength={60}
              value={label}
              onChange={(event) => setLabel(event.target.value)}
            />
          )}
        </Labeled>
        <Labeled label={t('org.roles.from')}>
          {(ids) => (
            <Select {...ids} value={from} onChange={(event) => setFrom(event.target.value)}>
              <option value="">{t('org.roles.nothing')}</option>
              {roles.map((role) => (
                <option key={role.id} value={role.id}>
                  {textOf(role, 'label')}
                </option>
              ))}
            </Select>
          )}
        </Labeled>
        {!faultOf(make.error, 'label') && <Fault error={make.error && new Error(messageOf(make.error))} />}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={make.isPending}>
            {t('settings.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
