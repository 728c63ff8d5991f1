import { Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router'
import { Menu as MenuIcon, Plus, Search } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { JobCentre } from '@/modules/exchange/job-centre'
import { NotificationBell } from '@/modules/notifications/bell'
import { useLabel, useMe } from '@/record/catalog'
import { CreateProvider, useCreate } from '@/record/form/create'
import { iconOf } from '@/record/icons'
import { Kbd } from '@/ui/badge'
import { Button } from '@/ui/button'
import { useHotkeys } from '@/ui/hotkeys'
import { Menu, MenuItem } from '@/ui/menu'
import { TipProvider } from '@/ui/popover'
import { Shortcuts } from './shortcuts'
import { Sidebar, useNavObjects } from './sidebar'
import { SignedOut } from './signed-out'
import { UserMenu } from './user-menu'

const Palette = lazy(() => import('./palette'))

/** The keys after "g" that lead to an object's list. */
export const goKeys: Record<string, string> = {
  c: 'customer',
  o: 'contact',
  l: 'lead',
  d: 'deal',
  a: 'activity',
  t: 'ticket',
  r: 'order',
}

const apple = /Mac|iPhone|iPad/.test(navigator.platform)

export default function Shell() {
  return (
    <TipProvider delay={400}>
      <CreateProvider>
        <Frame />
      </CreateProvider>
    </TipProvider>
  )
}

function Frame() {
  const { t } = useTranslation()
  const [palette, setPalette] = useState(false)
  const [side, setSide] = useState(false)
  const [shortcuts, setShortcuts] = useState(false)
  const navigate = useNavigate()
  const { workspace } = useParams({ from: '/w/$workspace' })

  useEffect(() => {
    const on = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setPalette((open) => !open)
      }
    }
    addEventListener('keydown', on)
    return () => removeEventListener('keydown', on)
  }, [])
  // What was focused may have gone with the page before: then the next Tab begins in the new page, not before the navigation.
  const main = useRef<HTMLElement>(null)
  const pathname = useRouterState({ select: (state) => state.resolvedLocation?.pathname })
  const shown = useRef(pathname)
  useEffect(() => {
    const first = shown.current === undefined
    if (shown.current === pathname) return
    shown.current = pathname
    if (!first && document.activeElement === document.body) main.current?.focus({ preventScroll: true })
  }, [pathname])
  useHotkeys({
    'g h': () => navigate({ to: '/w/$workspace', params: { workspace } }),
    ...Object.fromEntries(
      Object.entries(goKeys).map(([key, object]) => [
        `g ${key}`,
        () => navigate({ to: '/w/$workspace/$object', params: { workspace, object } }),
      ]),
    ),
    '?': () => setShortcuts(true),
    '/': (event) => {
      event.preventDefault()
      setPalette(true)
    },
  })

  return (
    <>
      <a
        href="#main"
        className="sr-only z-60 rounded-md bg-primary px-3 py-2 text-primary-fg focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('app.nav.skip')}
      </a>
      <div className="flex h-full">
        <Sidebar open={side} close={() => setSide(false)} />
        <div className="flex min-w-0 flex-1 flex-col">
          <header className="no-print flex h-13 shrink-0 items-center gap-2 border-b bg-surface px-4 max-md:px-2">
            <Button
              variant="ghost"
              size="icon"
              className="md:hidden"
              aria-label={t('app.nav.main')}
              aria-expanded={side}
              onClick={() => setSide(true)}
            >
              <MenuIcon />
            </Button>
            <button
              type="button"
              onClick={() => setPalette(true)}
              aria-keyshortcuts="Meta+K Control+K"
              className="flex h-8 w-full max-w-105 min-w-0 items-center gap-2 rounded-md border bg-surface-2 px-2.5 text-left text-sm text-subtle transition-colors hover:border-line-strong pointer-coarse:h-11"
            >
              <Search className="size-4 shrink-0" /> <span className="flex-1 truncate">{t('app.search')}</span>
              <span className="flex gap-0.5 max-md:hidden">
                <Kbd>{apple ? '⌘' : 'Ctrl'}</Kbd>
                <Kbd>K</Kbd>
              </span>
            </button>
            <div className="flex-1 max-md:hidden" />
            <NewMenu />
            <JobCentre />
            <NotificationBell />
            <UserMenu onShortcuts={() => setShortcuts(true)} />
          </header>
          <main ref={main} id="main" tabIndex={-1} className="relative min-h-0 flex-1 outline-none">
            <Outlet />
          </main>
        </div>
      </div>
      <Suspense>{palette && <Palette open={palette} onOpenChange={setPalette} />}</Suspense>
      <Shortcuts open={shortcuts} onOpenChange={setShortcuts} />
      <SignedOut />
    </>
  )
}

/** Everything that one may create, from anywhere. */
function NewMenu() {
  const { t } = useTranslation()
  const label = useLabel()
  const me = useMe()
  const create = useCreate()
  const objects = useNavObjects()
    .flatMap((entry) => entry.objects)
    .filter((entity) => me.rights[entity.name]?.create)
  if (!objects.length) return null
  return (
    <Menu
      trigger={
        <Button variant="primary" aria-label={t('app.new')}>
          <Plus /> <span className="max-sm:hidden">{t('app.new')}</span>
        </Button>
      }
    >
      {objects.map((entity) => {
        const Icon = iconOf(entity)
        return (
          <MenuItem key={entity.name} onClick={() => create(entity.name)}>
            <Icon /> {label(entity.label)}
          </MenuItem>
        )
      })}
    </Menu>
  )
}
