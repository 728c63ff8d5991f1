import { Link, Outlet, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/record/catalog'
import { useSettingsPages } from '@/record/module'

/** The settings: their list on the left, one page on the right; on a phone the list stands above. */
export default function Settings() {
  const { t } = useTranslation()
  const me = useMe()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const pages = useSettingsPages().filter((page) => !page.admin || me.admin)
  return (
    <div className="flex h-full flex-col bg-surface md:flex-row">
      <nav aria-label={t('settings.title')} className="shrink-0 border-b p-3 md:w-52 md:border-r md:border-b-0">
        <h1 className="px-2.5 pb-2 text-xl font-semibold">{t('settings.title')}</h1>
        <ul className="flex gap-0.5 overflow-x-auto md:flex-col">
          {pages.map((page) => (
            <li key={page.path} className="shrink-0">
              <Link
                to={`/w/${workspace}/settings/${page.path}` as '/'}
                className="flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm whitespace-nowrap text-muted hover:bg-hover hover:text-fg pointer-coarse:h-11 [&_svg]:size-4"
                activeProps={{ className: 'bg-active! text-primary-text! font-medium' }}
              >
                <page.icon /> {t(page.label as 'settings.title')}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-h-0 min-w-0 flex-1 overflow-y-auto">
        <Outlet />
      </div>
    </div>
  )
}
