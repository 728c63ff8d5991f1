import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { account } from '@/api/client'
import { Problem } from '@/api/problem'
import { Button } from '@/ui/button'
import { Input, Labeled } from '@/ui/control'

export type Workspaces = { slug: string; name: string }[]

/** Asks for address and password; a password manager may fill it, and paste works. */
export function SignInForm({ email: known, onDone }: { email?: string; onDone: (workspaces: Workspaces) => void }) {
  const { t } = useTranslation()
  const [email, setEmail] = useState(known ?? '')
  const [password, setPassword] = useState('')
  const [fault, setFault] = useState<string>()
  const [busy, setBusy] = useState(false)

  async function submit(event: React.FormEvent) {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      const { data } = await account.post<{ workspaces: Workspaces }>('/sign-in', { email, password })
      onDone(data.workspaces)
    } catch (error) {
      setFault(error instanceof Problem && error.status === 0 ? t('ui.offline') : (error as Error).message)
      setPassword('')
    } finally {
      setBusy(false)
    }
  }

  return (
    <form onSubmit={submit} className="space-y-4">
      <Labeled label={t('app.email')}>
        {(ids) => (
          <Input
            {...ids}
            type="email"
            required
            autoComplete="username"
            autoFocus={!known}
            readOnly={!!known}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Labeled>
      <Labeled label={t('app.password')} fault={fault}>
        {(ids) => (
          <Input
            {...ids}
            type="password"
            required
            autoComplete="current-password"
            autoFocus={!!known}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Labeled>
      <Button type="submit" variant="primary" disabled={busy} className="h-9 w-full">
        {t('app.sign_in')}
      </Button>
    </form>
  )
}
