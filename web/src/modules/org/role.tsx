import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { ChevronDown, ChevronLeft, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { faultOf, messageOf } from '@/api/problem'
import { records } from '@/api/records'
import type { Entity, Rec, Scope } from '@/api/types'
import { useCatalog, useLabel } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { linksOf, textOf } from '@/settings/data'
import { AdminOnly, Block, Page } from '@/settings/parts'
import { Avatar, Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Checkbox, Input, Labeled, Select, Switch } from '@/ui/control'
import { Failure, Skeleton } from '@/ui/states'
import { Table } from '@/ui/table'
import { toastFailure } from '@/ui/toast'
import { renewPeople, rolesQuery, usersQuery } from './data'
import {
  type FieldRight,
  type Grant,
  type Rights,
  readRights,
  scopes,
  withField,
  withObject,
  writeRights,
} from './rights'

export default function RolePage() {
  const { id } = useParams({ strict: false })
  const roles = useQuery(rolesQuery)
  return (
    <AdminOnly>
      {roles.isPending ? (
        <Skeleton className="p-6" lines={8} />
      ) : roles.isError ? (
        <Failure error={roles.error} retry={() => roles.refetch()} />
      ) : (
        <Found key={id} role={roles.data.find((role) => role.id === id)} />
      )}
    </AdminOnly>
  )
}

function Found({ role }: { role: Rec | undefined }) {
  if (!role) return <Failure error={{ status: 404 }} />
  return <Editor role={role} />
}

const verbs = ['read', 'update', 'delete'] as const
const switches = ['create', 'import', 'export'] as const

function Editor({ role }: { role: Rec }) {
  const { t } = useTranslation()
  const { workspace } = useParams({ strict: false })
  const navigate = useNavigate()
  const undo = useUndo()
  const { objects } = useCatalog()
  const users = useQuery(usersQuery).data ?? []
  const [label, setLabel] = useState(textOf(role, 'label'))
  const [rights, setRights] = useState<Rights>(() => readRights(textOf(role, 'rights')))
  const [open, setOpen] = useState<string>()
  const shown = objects.filter((entity) => !(entity as Entity & { setup?: boolean }).setup && entity.group !== 'org')
  const changed =
    label !== textOf(role, 'label') || writeRights(rights) !== writeRights(readRights(textOf(role, 'rights')))
  const save = useMutation({
    mutationFn: () => records.update('role', role.id, role.version, { label, rights: writeRights(rights) }),
    onSuccess: ({ changeSet }) => {
      undo(t('settings.saved'), changeSet, 'role')
      renewPeople()
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const remove = useMutation({
    mutationFn: () => records.remove('role', role.id),
    onSuccess: ({ changeSet }) => {
      undo(t('org.roles.removed', { name: label }), changeSet, 'role')
      renewPeople()
      void navigate({ to: `/w/${workspace}/settings/roles` as '/' })
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const holders = users.filter((user) => linksOf(user, 'roles').some((link) => link.id === role.id))
  return (
    <Page
      wide
      title={
        <span className="flex items-center gap-1">
          <Link
            to={`/w/${workspace}/settings/roles` as '/'}
            aria-label={t('ui.back')}
            className="-ml-1.5 grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-fg"
          >
            <ChevronLeft className="size-4.5" />
          </Link>
          {textOf(role, 'label')}
        </span>
      }
      actions={
        <>
          <Button variant="ghost" disabled={remove.isPending} onClick={() => remove.mutate()}>
            <Trash2 /> {t('ui.delete')}
          </Button>
          <Button variant="primary" disabled={!changed || save.isPending} onClick={() => save.mutate()}>
            {t('ui.save')}
          </Button>
        </>
      }
    >
      <div className="flex flex-wrap items-end gap-x-8 gap-y-4">
        <Labeled
          label={t('org.roles.label')}
          required
          fault={faultOf(save.error, 'label')}
          className="w-64 max-sm:w-full"
        >
          {(ids) => <Input {...ids} maxLength={60} value={label} onChange={(event) => setLabel(event.target.value)} />}
        </Labeled>
        <div className="flex min-h-8 items-center gap-3">
          <Switch
            label={t('org.roles.admin_switch')}
            checked={!!rights.admin}
            onChange={(admin) => setRights((now) => ({ ...now, admin }))}
          />
          <div>
            <p aria-hidden>{t('org.roles.admin_switch')}</p>
            <p className="text-xs text-muted">{t('org.roles.admin_text')}</p>
          </div>
        </div>
      </div>
      <Block title={t('org.roles.objects')} text={t('org.roles.objects_text')}>
        <Table
          label={t('org.roles.objects')}
          className="min-w-190"
          head={
            <>
              <th scope="col" className="px-4 py-2">
                {t('org.roles.object')}
              </th>
              <th scope="col" className="px-2 py-2 text-center">
                {t('org.roles.verb.create')}
              </th>
              {verbs.map((verb) => (
                <th key={verb} scope="col" className="px-2 py-2">
                  {t(`org.roles.verb.${verb}`)}
                </th>
              ))}
              {(['import', 'export'] as const).map((verb) => (
                <th key={verb} scope="col" className="px-2 py-2 text-center">
                  {t(`org.roles.verb.${verb}`)}
                </th>
              ))}
              <th scope="col" className="px-2 py-2">
                <span className="sr-only">{t('org.roles.fields')}</span>
              </th>
            </>
          }
        >
          <GrantRow
            name={t('org.roles.all')}
            text={t('org.roles.all_text')}
            grant={rights.all ?? {}}
            onChange={(all) => setRights((now) => ({ ...now, all }))}
          />
          {shown.map((entity) => (
            <ObjectRow
              key={entity.name}
              entity={entity}
              rights={rights}
              setRights={setRights}
              open={open === entity.name}
              onOpen={() => setOpen(open === entity.name ? undefined : entity.name)}
            />
          ))}
        </Table>
      </Block>
      <Block title={t('org.roles.holders')} text={t('org.departments.people', { count: holders.length })}>
        {holders.length === 0 ? (
          <p className="text-sm text-muted">{t('org.roles.nobody')}</p>
        ) : (
          <ul className="flex flex-wrap gap-x-5 gap-y-2">
            {holders.map((user) => (
              <li key={user.id} className={cn('flex items-center gap-1.5', user.active === false && 'text-subtle')}>
                <Avatar name={textOf(user, 'name')} /> {textOf(user, 'name')}
                {user.active === false && <Badge>{t('org.people.states.inactive')}</Badge>}
              </li>
            ))}
          </ul>
        )}
      </Block>
    </Page>
  )
}

function GrantRow({
  name,
  text,
  grant,
  inherited,
  onChange,
  last,
}: {
  name: string
  text?: string
  grant: Grant
  inherited?: boolean
  onChange: (grant: Grant) => void
  last?: React.ReactNode
}) {
  const { t } = useTranslation()
  const check = (verb: (typeof switches)[number]) => (
    <td className="px-2 py-1.5">
      <span className="flex justify-center">
        <Checkbox
          label={`${name} ${t(`org.roles.verb.${verb}`)}`}
          checked={!!grant[verb]}
          onChange={(on) => onChange({ ...grant, [verb]: on })}
        />
      </span>
    </td>
  )
  return (
    <tr className={cn(inherited && '[&_select]:text-subtle')}>
      <th scope="row" className="max-w-56 px-4 py-2 text-left font-medium">
        <span className="block truncate">{name}</span>
        {text && <span className="block truncate text-xs font-normal text-subtle">{text}</span>}
      </th>
      {check('create')}
      {verbs.map((verb) => (
        <td key={verb} className="px-2 py-1.5">
          <Select
            aria-label={`${name} ${t(`org.roles.verb.${verb}`)}`}
            className="field-sizing-content w-auto min-w-32"
            value={grant[verb] ?? 'none'}
            onChange={(event) => onChange({ ...grant, [verb]: event.target.value as Scope })}
          >
            {scopes.map((scope) => (
              <option key={scope} value={scope}>
                {t(`org.scope.${scope}`)}
              </option>
            ))}
          </Select>
        </td>
      ))}
      {check('import')}
      {check('export')}
      <td className="px-2 py-1.5 text-right whitespace-nowrap">{last}</td>
    </tr>
  )
}

const fieldRights = ['write', 'read', 'masked', 'hidden'] as const

function ObjectRow({
  entity,
  rights,
  setRights,
  open,
  onOpen,
}: {
  entity: Entity
  rights: Rights
  setRights: (change: (now: Rights) => Rights) => void
  open: boolean
  onOpen: () => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const own = rights.objects?.[entity.name]
  const narrowed = Object.keys(rights.fields?.[entity.name] ?? {}).length
  const name = label(entity.plural)
  return (
    <>
      <GrantRow
        name={name}
        {...(own ? {} : { text: t('org.roles.follows'), inherited: true })}
        grant={own ?? rights.all ?? {}}
        onChange={(grant) => setRights((now) => withObject(now, entity.name, grant))}
        last={
          <>
            {own && (
              <Button
                size="sm"
                variant="ghost"
                onClick={() => setRights((now) => withObject(now, entity.name, undefined))}
              >
                {t('org.roles.follow')}
              </Button>
            )}
            <Button
              size="sm"
              variant="ghost"
              aria-expanded={open}
              aria-label={t('org.roles.fields_of', { name })}
              onClick={onOpen}
            >
              {t('org.roles.fields')}
              {narrowed > 0 && <Badge tone="primary">{narrowed}</Badge>}
              <ChevronDown className={cn('transition-transform', open && 'rotate-180')} />
            </Button>
          </>
        }
      />
      {open && (
        <tr>
          <td colSpan={8} className="bg-surface-2 px-4 py-3">
            <p className="mb-2 text-xs text-muted">{t('org.roles.fields_text')}</p>
            <ul className="grid gap-x-6 gap-y-1.5 sm:grid-cols-2 lg:grid-cols-3">
              {entity.fields
                .filter((field) => !field.system)
                .map((field) => {
                  const right = rights.fields?.[entity.name]?.[field.name] ?? 'write'
                  return (
                    <li key={field.name} className="flex items-center gap-2">
                      <span className={cn('min-w-0 flex-1 truncate', right !== 'write' && 'font-medium')}>
                        {label(field.label)}
                      </span>
                      <Select
                        aria-label={`${name} ${label(field.label)}`}
                        className="w-28"
                        value={right}
                        onChange={(event) =>
                          setRights((now) =>
                            withField(now, entity.name, field.name, event.target.value as FieldRight | 'write'),
                          )
                        }
                      >
                        {fieldRights.map((value) => (
                          <option key={value} value={value}>
                            {t(`org.right.${value}`)}
                          </option>
                        ))}
                      </Select>
                    </li>
                  )
                })}
            </ul>
          </td>
        </tr>
      )}
    </>
  )
}
