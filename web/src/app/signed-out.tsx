import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { account, space } from '@/api/client'
import { useMe } from '@/record/catalog'
import { Dialog } from '@/ui/dialog'
import { SignInForm } from './sign-in-form'

/** When a session ends while someone works, asks for the password in place: what they were typing stays, and the request is sent again. */
export function SignedOut() {
  const { t } = useTranslation()
  const me = useMe()
  const [open, setOpen] = useState(false)
  const waiting = useRef<(() => void)[]>([])

  useEffect(() => {
    const ask = () =>
      new Promise<void>((resolve) => {
        waiting.current.push(resolve)
        setOpen(true)
      })
    space.onSignedOut = ask
    return () => {
      space.onSignedOut = undefined
    }
  }, [])

  const resume = () => {
    setOpen(false)
    for (const go of waiting.current.splice(0)) go()
  }
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && account.get('/workspaces').then(resume, () => undefined)}
      size="sm"
      title={t('app.ended')}
      description={t('app.ended_text')}
    >
      <SignInForm email={me.user.email} onDone={resume} />
    </Dialog>
  )
}
