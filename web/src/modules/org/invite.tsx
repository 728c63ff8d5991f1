import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { faultOf, Problem } from '@/api/problem'
import { textOf } from '@/settings/data'
import { CopyField, Fault } from '@/settings/parts'
import { Button } from '@/ui/button'
import { Input, Labeled } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { moment, useLocale } from '@/ui/format'
import { Picker } from '@/ui/picker'
import { departmentsQuery, renewPeople, rolesQuery, usersQuery } from './data'

type Invited = { id: string; link: string | null; expires_at?: string; sent: boolean }

/** Invites a colleague, and shows the one-time link to hand over. */
export function Invite({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const roles = useQuery(rolesQuery).data ?? []
  const departments = useQuery(departmentsQuery).data ?? []
  const users = useQuery(usersQuery).data ?? []
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<string[]>()
  const [department, setDepartment] = useState<string[]>([])
  const [manager, setManager] = useState<string[]>([])
  const seller = roles.find((entry) => entry.name === 'salesperson') ?? roles[0]
  const chosen = role ?? (seller ? [seller.id] : [])
  const invite = useMutation({
    mutationFn: () =>
      space.post<Invited>('/people', {
        email,
        name,
        roles: chosen,
        department: department[0] ?? '',
        manager: manager[0] ?? '',
      }),
    onSuccess: renewPeople,
  })
  if (invite.data) return <Ready invited={invite.data.data} email={email} close={close} />
  const known = ['email', 'roles', 'department', 'manager', 'name']
  const general =
    invite.error instanceof Problem && !known.some((field) => faultOf(invite.error, field)) ? invite.error : undefined
  return (
    <Dialog open onOpenChange={close} title={t('org.people.invite')} description={t('org.people.invite_text')}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          invite.mutate()
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Labeled label={t('app.email')} required fault={faultOf(invite.error, 'email')}>
            {(ids) => (
              <Input
                {...ids}
                type="email"
                required
                autoFocus
                autoComplete="off"
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
            )}
          </Labeled>
          <Labeled label={t('app.name')} fault={faultOf(invite.error, 'name')}>
            {(ids) => (
              <Input
                {...ids}
                autoComplete="off"
                maxLength={100}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Labeled>
        </div>
        <Labeled label={t('org.roles.title')} required fault={faultOf(invite.error, 'roles')}>
          {(ids) => (
            <Picker
              {...ids}
              aria-label={t('org.roles.title')}
              multiple
              options={roles.map((entry) => ({ value: entry.id, label: textOf(entry, 'label') }))}
              value={chosen}
              onChange={setRole}
            />
          )}
        </Labeled>
        <div className="grid gap-4 sm:grid-cols-2">
          <Labeled label={t('org.department')} fault={faultOf(invite.error, 'department')}>
            {(ids) => (
              <Picker
                {...ids}
                aria-label={t('org.department')}
                clearable
                options={departments.map((entry) => ({ value: entry.id, label: textOf(entry, 'name') }))}
                value={department}
                onChange={setDepartment}
              />
            )}
          </Labeled>
          <Labeled label={t('org.manager')} help={t('org.manager_help')} fault={faultOf(invite.error, 'manager')}>
            {(ids) => (
              <Picker
                {...ids}
                aria-label={t('org.manager')}
                clearable
                options={users
                  .filter((user) => user.active !== false)
                  .map((entry) => ({ value: entry.id, label: textOf(entry, 'name') }))}
                value={manager}
                onChange={setManager}
              />
            )}
          </Labeled>
        </div>
        <Fault error={general} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={invite.isPending}>
            {t('org.people.send')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Ready({ invited, email, close }: { invited: Invited; email: string; close: () => void }) {
  const { t } = useTranslation()
  const locale = useLocale()
  return (
    <Dialog
      open
      onOpenChange={close}
      title={t('org.people.invited', { email })}
      description={
        !invited.link ? t('org.people.has_password') : t(invited.sent ? 'org.people.link_sent' : 'org.people.link_text')
      }
      foot={<Button onClick={close}>{t('settings.done')}</Button>}
    >
      {invited.link && (
        <>
          <CopyField label={t('org.people.link')} value={location.origin + invited.link} />
          {invited.expires_at && (
            <p className="mt-2 text-xs text-subtle">
              {t('org.people.until', { when: moment(invited.expires_at, locale) })}
            </p>
          )}
        </>
      )}
    </Dialog>
  )
}
