import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { account } from '@/api/client'
import { faultOf, type Problem } from '@/api/problem'
import { Button } from '@/ui/button'
import { Input, Labeled } from '@/ui/control'
import { Failure, Skeleton } from '@/ui/states'
import { Gate } from './gate'
import { useEnter } from './sign-in'
import type { Workspaces } from './sign-in-form'

type Invitation = {
  kind: 'setup' | 'invite' | 'reset' | 'sign_in'
  email: string
  name?: string
  needs_password: boolean
}

/** A one-time link: the first start, an invitation, a new password, or a sign-in without one. */
export default function LinkPage() {
  const { t } = useTranslation()
  const { token } = useParams({ from: '/link/$token' })
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: () => account.get<Invitation>(`/links/${encodeURIComponent(token)}`),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (link.isPending)
    return (
      <Gate title={t('app.link.sign_in')}>
        <Skeleton />
      </Gate>
    )
  if (link.isError)
    return (
      <Gate title={t('app.link.spent')} text={t('app.link.spent_text')}>
        {(link.error as Problem).status === 0 && <Failure error={link.error} retry={() => link.refetch()} />}
        <a href="/sign-in" className="text-sm text-primary-text hover:underline">
          {t('app.sign_in')}
        </a>
      </Gate>
    )
  return <Accept token={token} link={link.data} />
}

function Accept({ token, link }: { token: string; link: Invitation }) {
  const { t } = useTranslation()
  const enter = useEnter()
  const [name, setName] = useState(link.name ?? '')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const asksName = link.kind === 'setup' || link.kind === 'invite'

  async function submit(event: React.FormEvent) {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      const body = { ...(asksName ? { name } : {}), ...(link.needs_password ? { password } : {}) }
      const { data } = await account.post<{ workspaces: Workspaces }>(`/links/${encodeURIComponent(token)}`, body)
      enter(data.workspaces)
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  const general = error && !faultOf(error, 'name') && !faultOf(error, 'password') ? (error as Error).message : undefined

  return (
    <Gate title={t(`app.link.${link.kind}`)} text={t(`app.link.${link.kind}_text`, { email: link.email })}>
      <form onSubmit={submit} className="space-y-4">
        <input type="hidden" autoComplete="username" value={link.email} readOnly />
        {asksName && (
          <Labeled label={t('app.name')} fault={faultOf(error, 'name')}>
            {(ids) => (
              <Input
                {...ids}
                required
                autoFocus
                autoComplete="name"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Labeled>
        )}
        {link.needs_password && (
          <Labeled label={t('app.new_password')} help={t('app.password_help')} fault={faultOf(error, 'password')}>
            {(ids) => (
              <Input
                {...ids}
                type="password"
                required
                minLength={8}
                autoComplete="new-password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
          </Labeled>
        )}
        {general && (
          <p role="alert" className="text-sm text-bad">
            {general}
          </p>
        )}
        <Button type="submit" variant="primary" disabled={busy} className="h-9 w-full">
          {t('app.link.go')}
        </Button>
      </form>
    </Gate>
  )
}
