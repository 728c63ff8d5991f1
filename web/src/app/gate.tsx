import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Logo } from '@/ui/badge'
import { useLocale } from '@/ui/format'
import { setLanguage } from '@/ui/i18n'

/** The page before the door: one card, the mark, and the other language. */
export function Gate({ title, text, children }: { title: ReactNode; text?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation()
  const { lang } = useLocale()
  return (
    <main className="flex h-full flex-col items-center overflow-y-auto px-5 py-[max(2.5rem,12vh)]">
      <div className="w-full max-w-90">
        <div className="mb-8 flex items-center gap-3">
          <Logo className="size-10" />
          <div className="leading-tight">
            <div className="text-lg font-semibold">{t('app.brand')}</div>
            <div className="text-xs text-subtle">{t('app.motto')}</div>
          </div>
        </div>
        <h1 className="text-xl font-semibold">{title}</h1>
        {text && <p className="mt-1 text-sm text-muted">{text}</p>}
        <div className="mt-6">{children}</div>
        <button
          type="button"
          lang={lang === 'zh' ? 'en' : 'zh-CN'}
          onClick={() => void setLanguage(lang === 'zh' ? 'en' : 'zh')}
          className="mt-10 min-h-6 rounded text-xs text-subtle hover:text-fg"
        >
          {lang === 'zh' ? 'English' : t('app.chinese')}
        </button>
      </div>
    </main>
  )
}
