import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { account } from '@/api/client'
import { Button } from '@/ui/button'
import { Input, Labeled } from '@/ui/control'

/** The way in for someone who has forgotten their password: a link by mail, or whom to ask where no mail is set up. */
export function Forgot({ back }: { back: () => void }) {
  const { t } = useTranslation()
  const [email, setEmail] = useState('')
  const options = useQuery({
    queryKey: ['options'],
    queryFn: () => account.get<{ reset_by_mail: boolean }>('/options'),
  })
  const reset = useMutation({ mutationFn: () => account.post('/password/reset', { email }) })
  const home = (
    <Button type="button" className="h-9 w-full" onClick={back}>
      {t('app.forgot.back')}
    </Button>
  )
  if (options.data?.reset_by_mail === false)
    return (
      <div className="space-y-4">
        <p className="text-sm text-muted">{t('app.forgot.ask')}</p>
        {home}
      </div>
    )
  if (reset.isSuccess)
    return (
      <div className="space-y-4">
        <p role="status" className="rounded-md bg-ok-soft px-3 py-2 text-sm text-ok">
          {t('app.forgot.sent', { email })}
        </p>
        {home}
      </div>
    )
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        reset.mutate()
      }}
    >
      <Labeled label={t('app.email')} help={t('app.forgot.help')} fault={reset.error?.message}>
        {(ids) => (
          <Input
            {...ids}
            type="email"
            required
            autoFocus
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Labeled>
      <Button type="submit" variant="primary" disabled={reset.isPending} className="h-9 w-full">
        {t('app.forgot.send')}
      </Button>
      {home}
    </form>
  )
}
