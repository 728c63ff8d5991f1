import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { buttonClass } from '@/ui/button'
import { Failure, Skeleton, State } from '@/ui/states'

/** The shape of a page whose data is still on its way. */
export function Loading() {
  return <Skeleton lines={7} className="mx-auto w-full max-w-3xl px-6 py-10" />
}

/** An address that names nothing. */
export function Lost() {
  const { t } = useTranslation()
  return (
    <main>
      <State
        page
        icon={Compass}
        title={t('app.lost')}
        text={t('app.lost_text')}
        action={
          <Link to="/" className={buttonClass()}>
            {t('app.to_start')}
          </Link>
        }
      />
    </main>
  )
}

export function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <main>
      <Failure page error={error} retry={reset} />
    </main>
  )
}
