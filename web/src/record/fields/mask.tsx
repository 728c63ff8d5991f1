import { Lock } from 'lucide-react'
import { useTranslation } from 'react-i18next'

/** What one may know of only in part. */
export function Mask({ text }: { text: string }) {
  const { t } = useTranslation()
  return (
    <span className="num inline-flex min-w-0 items-center gap-1 text-muted" title={t('record.masked')}>
      <Lock className="size-3 shrink-0" />
      <span className="truncate">{text}</span>
    </span>
  )
}
