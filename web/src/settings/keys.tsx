import { useMutation, useQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { faultOf, messageOf } from '@/api/problem'
import { queryClient } from '@/api/queries'
import type { LinkValue } from '@/api/types'
import { useCatalog, useLabel, useMe } from '@/record/catalog'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Checkbox, Input, Labeled } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { ago, day, useLocale } from '@/ui/format'
import { Picker } from '@/ui/picker'
import { Failure, Skeleton, State } from '@/ui/states'
import { toast, toastFailure } from '@/ui/toast'
import { CopyField, Fault, Page, Rows, row } from './parts'

type Key = {
  id: string
  name: string
  scopes: string[]
  created_at: string
  used_at: string | null
  user?: LinkValue
  secret?: string
}

const keysQuery = { queryKey: ['keys'], queryFn: () => space.get<{ data: Key[] }>('/keys') }

/** The keys by which programs act as a person. */
export default function Keys() {
  const { t } = useTranslation()
  const me = useMe()
  const locale = useLocale()
  const keys = useQuery(keysQuery)
  const [making, setMaking] = useState(false)
  const scopeName = useScopeName()
  const revoke = useMutation({
    mutationFn: (id: string) => space.delete(`/keys/${id}`),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['keys'] })
      toast(t('settings.keys.revoked'))
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const [doomed, setDoomed] = useState<Key>()
  const add = (
    <Button variant="primary" onClick={() => setMaking(true)}>
      <Plus /> {t('settings.keys.new')}
    </Button>
  )
  return (
    <Page title={t('settings.keys.title')} text={t('settings.keys.text')} actions={add}>
      {keys.isPending ? (
        <Skeleton />
      ) : keys.isError ? (
        <Failure error={keys.error} retry={() => keys.refetch()} />
      ) : keys.data.data.length === 0 ? (
        <State icon={KeyRound} title={t('settings.keys.none')} text={t('settings.keys.none_text')} action={add} />
      ) : (
        <Rows label={t('settings.keys.title')}>
          {keys.data.data.map((key) => (
            <li key={key.id} className={row}>
              <div className="min-w-0 flex-1 basis-60">
                <p className="truncate font-medium">{key.name}</p>
                <p className="text-xs text-muted">
                  {me.admin && key.user?.title ? `${key.user.title} · ` : ''}
                  {t('settings.keys.made', { day: day(key.created_at, locale) })} ·{' '}
                  {key.used_at
                    ? t('settings.keys.used', { when: ago(key.used_at, locale) })
                    : t('settings.keys.unused')}
                </p>
              </div>
              <div className="flex flex-wrap gap-1">
                {key.scopes.map((scope) => (
                  <Badge key={scope} tone={scope === 'admin' ? 'warn' : 'gray'}>
                    {scopeName(scope)}
                  </Badge>
                ))}
              </div>
              <Button size="sm" variant="ghost" onClick={() => setDoomed(key)}>
                {t('settings.keys.revoke')}
              </Button>
            </li>
          ))}
        </Rows>
      )}
      {making && <Make close={() => setMaking(false)} />}
      <Dialog
        open={!!doomed}
        onOpenChange={() => setDoomed(undefined)}
        size="sm"
        title={t('settings.keys.revoke_title', { name: doomed?.name ?? '' })}
        description={t('settings.keys.revoke_text')}
        foot={
          <>
            <Button onClick={() => setDoomed(undefined)}>{t('ui.cancel')}</Button>
            <Button
              variant="danger"
              onClick={() => {
                if (doomed) revoke.mutate(doomed.id)
                setDoomed(undefined)
              }}
            >
              {t('settings.keys.revoke')}
            </Button>
          </>
        }
      />
    </Page>
  )
}

function useScopeName() {
  const { t } = useTranslation()
  const label = useLabel()
  const { objects } = useCatalog()
  return (scope: string) => {
    if (scope === 'admin') return t('settings.keys.scope.admin')
    if (scope === 'schema') return t('settings.keys.scope.schema')
    const [, verb, object] = scope.split(':')
    const what = object
      ? label(objects.find((entity) => entity.name === object)?.plural) || object
      : t('settings.keys.all')
    return t(verb === 'write' ? 'settings.keys.scope.write' : 'settings.keys.scope.read', { what })
  }
}

function Make({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const label = useLabel()
  const { objects } = useCatalog()
  const scopeName = useScopeName()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<string[]>(['records:read'])
  const make = useMutation({
    mutationFn: () => space.post<Key>('/keys', { name, scopes }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['keys'] }),
  })
  const secret = make.data?.data.secret
  const wide = ['records:read', 'records:write', ...(me.admin ? ['schema', 'admin'] : [])]
  const narrow = objects
    .filter((entity) => entity.nav && entity.group)
    .flatMap((entity) => [`records:read:${entity.name}`, `records:write:${entity.name}`])
  if (secret)
    return (
      <Dialog
        open
        onOpenChange={close}
        title={t('settings.keys.ready')}
        description={t('settings.keys.once')}
        foot={<Button onClick={close}>{t('settings.done')}</Button>}
      >
        <CopyField label={t('settings.keys.secret')} value={secret} />
        <pre className="mt-4 overflow-x-auto rounded-md bg-surface-2 p-3 text-xs text-muted" tabIndex={0}>
          {`curl -H "Authorization: Bearer ${secret.slice(0, 9)}…" \\\n  ${location.origin}${space.url('/records/customer')}`}
        </pre>
      </Dialog>
    )
  return (
    <Dialog
      open
      onOpenChange={close}
      title={t('settings.keys.new')}
      foot={
        <>
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button
            variant="primary"
            disabled={!name.trim() || !scopes.length || make.isPending}
            onClick={() => make.mutate()}
          >
            {t('settings.keys.create')}
          </Button>
        </>
      }
    >
      <Labeled
        label={t('settings.keys.name')}
        help={t('settings.keys.name_help')}
        required
        fault={faultOf(make.error, 'name')}
      >
        {(ids) => (
          <Input {...ids} autoFocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Labeled>
      <fieldset className="mt-4 space-y-2.5">
        <legend className="mb-1.5 text-xs text-muted">{t('settings.keys.scopes')}</legend>
        {wide.map((scope) => (
          <div key={scope} className="flex items-center gap-2.5">
            <Checkbox
              label={scopeName(scope)}
              checked={scopes.includes(scope)}
              onChange={(on) => setScopes((now) => (on ? [...now, scope] : now.filter((entry) => entry !== scope)))}
            />
            <span aria-hidden>{scopeName(scope)}</span>
          </div>
        ))}
        <Picker
          multiple
          aria-label={t('settings.keys.narrow')}
          placeholder={t('settings.keys.narrow')}
          options={narrow.map((value) => ({ value, label: scopeName(value), hint: label(undefined) }))}
          value={scopes.filter((scope) => narrow.includes(scope))}
          onChange={(next) => setScopes((now) => [...now.filter((scope) => !narrow.includes(scope)), ...next])}
        />
      </fieldset>
      {!faultOf(make.error, 'name') && <Fault error={make.error && new Error(messageOf(make.error))} />}
    </Dialog>
  )
}
