import { Check, Copy } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/record/catalog'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Input } from '@/ui/control'
import { Failure } from '@/ui/states'

/** One page of the settings: what it is for, what can be done, and its content. */
export function Page({
  title,
  text,
  actions,
  wide,
  children,
}: {
  title: ReactNode
  text?: ReactNode
  actions?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  return (
    <div className={cn('mx-auto w-full px-6 py-6 max-md:px-4 max-md:pt-1', wide ? 'max-w-6xl' : 'max-w-3xl')}>
      <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <h1 className="text-xl font-semibold">{title}</h1>
          {text && <p className="mt-0.5 text-sm text-muted">{text}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  )
}

/** A part of a page under a heading of its own. */
export function Block({
  title,
  text,
  actions,
  children,
}: {
  title: ReactNode
  text?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="mt-8 first:mt-0">
      <div className="mb-3 flex flex-wrap items-end gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-base font-semibold">{title}</h2>
          {text && <p className="text-sm text-muted">{text}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  )
}

/** Rows between hairlines; each says what it is and holds its own buttons. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="divide-y rounded-lg border">
      {children}
    </ul>
  )
}

export const row = 'flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-2.5'

/** Shows a page to administrators; everybody else learns whom to ask. */
export function AdminOnly({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const me = useMe()
  if (!me.admin) return <Failure page error={{ status: 403, message: t('settings.ask_admin') }} />
  return children
}

/** A secret or a link that is handed over: to read, to select, to copy. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [done, setDone] = useState(false)
  async function copy() {
    input.current?.select()
    try {
      await navigator.clipboard.writeText(value)
    } catch {
      // Plain HTTP knows no clipboard; the old way works where the field is selected.
      document.execCommand('copy')
    }
    setDone(true)
  }
  return (
    <div className="flex gap-2">
      <Input
        ref={input}
        readOnly
        aria-label={label}
        value={value}
        className="font-mono text-xs"
        onFocus={(event) => event.target.select()}
      />
      <Button variant="primary" onClick={() => void copy()}>
        {done ? <Check /> : <Copy />} {done ? t('settings.copied') : t('settings.copy')}
      </Button>
    </div>
  )
}

/** What went wrong with a form as a whole. */
export function Fault({ error }: { error: unknown }) {
  if (!error) return null
  return (
    <p role="alert" className="mt-3 rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
      {(error as Error).message}
    </p>
  )
}
