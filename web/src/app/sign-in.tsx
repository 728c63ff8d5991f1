import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { forget } from '@/api/queries'
import { Forgot } from './forgot'
import { Gate } from './gate'
import { SignInForm, type Workspaces } from './sign-in-form'

/**
 * Where someone goes after signing in: back to where they came from, else to their only workspace, else to a choice. The
 * way in does not stay behind them: "back" would ask a person who is in for the password, or show a link that is spent.
 */
export function useEnter() {
  const navigate = useNavigate()
  return (workspaces: Workspaces, next?: string) => {
    forget()
    const only = workspaces.length === 1 ? workspaces[0] : undefined
    if (next?.startsWith('/') && !next.startsWith('//')) void navigate({ href: next, replace: true })
    else if (only) void navigate({ to: '/w/$workspace', params: { workspace: only.slug }, replace: true })
    else void navigate({ to: '/', replace: true })
  }
}

export default function SignIn() {
  const { t } = useTranslation()
  const { next } = useSearch({ from: '/sign-in' })
  const enter = useEnter()
  const [forgot, setForgot] = useState(false)
  if (forgot)
    return (
      <Gate title={t('app.forgot.title')}>
        <Forgot back={() => setForgot(false)} />
      </Gate>
    )
  return (
    <Gate title={t('app.sign_in')}>
      <SignInForm onDone={(workspaces) => enter(workspaces, next)} />
      <button
        type="button"
        onClick={() => setForgot(true)}
        className="mt-4 min-h-6 rounded text-sm text-primary-text hover:underline"
      >
        {t('app.forgot.title')}
      </button>
    </Gate>
  )
}
