import { Link, useParams } from '@tanstack/react-router'
import { House, type LucideIcon, Settings } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity } from '@/api/types'
import { allows, useCatalog, useLabel, useMe } from '@/record/catalog'
import { iconOf } from '@/record/icons'
import { Logo } from '@/ui/badge'
import { cn } from '@/ui/cn'
import { modules } from './modules'

const groups = ['customers', 'sales', 'service', 'activity', 'org', 'custom'] as const

const line =
  'flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm text-muted transition-colors hover:bg-hover hover:text-fg pointer-coarse:h-11 [&_svg]:size-4 [&_svg]:shrink-0'
const current = { className: 'bg-active! text-primary-text! font-medium' }

/** The objects that stand in the navigation, within rights, in the order of the catalog. */
export function useNavObjects(): { group: (typeof groups)[number]; objects: Entity[] }[] {
  const { objects } = useCatalog()
  const me = useMe()
  const shown = objects.filter((entity) => entity.nav && allows(me.rights[entity.name]?.read))
  return groups
    .map((group) => ({
      group,
      objects: shown.filter((entity) => entity.group === group).sort((a, b) => a.order - b.order),
    }))
    .filter((entry) => entry.objects.length > 0)
}

/** Whether any module has something to set. */
export const settings = modules.some((module) => module.settings?.length)

/** The pages that modules put beside the objects. */
const pages = modules.flatMap((module) => module.pages ?? []).filter((page) => page.label)

export function Sidebar({ open, close }: { open: boolean; close: () => void }) {
  const { t } = useTranslation()
  const label = useLabel()
  const me = useMe()
  const nav = useNavObjects()
  const { workspace } = useParams({ from: '/w/$workspace' })
  return (
    <>
      {open && <div aria-hidden className="fixed inset-0 z-30 bg-black/30 md:hidden" onClick={close} />}
      <nav
        aria-label={t('app.nav.main')}
        className={cn(
          'no-print fixed inset-y-0 left-0 z-40 flex w-58 shrink-0 -translate-x-full flex-col border-r bg-bg px-3 py-3 transition-transform max-md:invisible md:static md:translate-x-0',
          open && 'translate-x-0 shadow-pop max-md:visible',
        )}
      >
        <div className="mb-4 flex h-8 items-center gap-2.5 px-1.5">
          <Logo />
          <span className="min-w-0 flex-1 truncate text-[15px] font-semibold">{me.workspace.name}</span>
        </div>
        <div className="-mx-1 flex-1 space-y-4 overflow-y-auto px-1">
          <ul>
            <li>
              <Link
                to="/w/$workspace"
                params={{ workspace }}
                onClick={close}
                activeOptions={{ exact: true, includeSearch: false }}
                className={line}
                activeProps={current}
              >
                <House /> {t('app.nav.home')}
              </Link>
            </li>
          </ul>
          {nav.map(({ group, objects }) => (
            <Section key={group} label={t(`app.nav.${group}`)}>
              {objects.map((entity) => {
                const Icon = iconOf(entity)
                return (
                  <li key={entity.name}>
                    <Link
                      to="/w/$workspace/$object"
                      params={{ workspace, object: entity.name }}
                      onClick={close}
                      activeOptions={{ includeSearch: false }}
                      className={line}
                      activeProps={current}
                    >
                      <Icon /> <span className="truncate">{label(entity.plural)}</span>
                    </Link>
                  </li>
                )
              })}
              {pages
                .filter((page) => page.group === group)
                .map((page) => (
                  <PageLink
                    key={page.path}
                    path={page.path}
                    label={t(page.label as 'app.brand')}
                    icon={page.icon}
                    close={close}
                  />
                ))}
            </Section>
          ))}
        </div>
        {settings && (
          <Link
            to="/w/$workspace/settings"
            params={{ workspace }}
            onClick={close}
            className={cn(line, 'mt-2')}
            activeProps={current}
          >
            <Settings /> {t('app.nav.settings')}
          </Link>
        )}
      </nav>
    </>
  )
}

function Section({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section aria-label={label}>
      <div className="mb-1 px-2.5 text-xs text-subtle">{label}</div>
      <ul className="space-y-0.5">{children}</ul>
    </section>
  )
}

function PageLink({
  path,
  label,
  icon: Icon,
  close,
}: {
  path: string
  label: string
  icon: LucideIcon | undefined
  close: () => void
}) {
  const { workspace } = useParams({ from: '/w/$workspace' })
  return (
    <li>
      <Link to={`/w/${workspace}/${path}` as '/'} onClick={close} className={line} activeProps={current}>
        {Icon && <Icon />} <span className="truncate">{label}</span>
      </Link>
    </li>
  )
}
