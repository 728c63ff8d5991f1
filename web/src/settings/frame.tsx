import { Link, Outlet, useLocation, useParams } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/record/catalog'
import { useSettingsPages } from '@/record/module'
import { cn } from '@/ui/cn'

const groups = ['me', 'org', 'data', 'system'] as const

/** The settings: their list on the left and one page on the right; on a phone first the list, then a page with a way back. */
export default function Settings() {
  const { t } = useTranslation()
  const me = useMe()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const start = useLocation().pathname.replace(/\/$/, '') === `/w/${workspace}/settings`
  const pages = useSettingsPages().filter((page) => page.label && (!page.admin || me.admin))
  return (
    <div className="flex h-full flex-col bg-surface md:flex-row">
      <nav
        aria-label={t('settings.title')}
        className={cn('shrink-0 overflow-y-auto p-3 md:w-52 md:border-r', !start && 'max-md:hidden')}
      >
        {start ? (
          <h1 className="px-2.5 pb-2 text-xl font-semibold">{t('settings.title')}</h1>
        ) : (
          <p className="px-2.5 pt-1 pb-2 text-lg font-semibold">{t('settings.title')}</p>
        )}
        {groups.map((group) => {
          const own = pages.filter((page) => (page.group ?? 'data') === group)
          if (!own.length) return null
          return (
            <section key={group} aria-label={t(`settings.group.${group}`)} className="mb-3">
              <div className="px-2.5 pb-1 text-xs text-subtle">{t(`settings.group.${group}`)}</div>
              <ul className="space-y-0.5">
                {own.map((page) => (
                  <li key={page.path}>
                    <Link
                      to={`/w/${workspace}/settings/${page.path}` as '/'}
                      className="flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm whitespace-nowrap text-muted transition-colors hover:bg-hover hover:text-fg max-md:h-11 [&_svg]:size-4"
                      activeProps={{ className: 'bg-active! text-primary-text! font-medium' }}
                    >
                      {page.icon && <page.icon />} {t(page.label as 'settings.title')}
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          )
        })}
      </nav>
      <div className={cn('min-h-0 min-w-0 flex-1 overflow-y-auto', start && 'max-md:hidden')}>
        <Link
          to={`/w/${workspace}/settings` as '/'}
          className="flex h-11 items-center gap-1 px-3 text-sm text-muted md:hidden [&_svg]:size-4"
        >
          <ChevronLeft /> {t('settings.title')}
        </Link>
        <Outlet />
      </div>
    </div>
  )
}
