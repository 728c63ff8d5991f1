import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { space } from '@/api/client'
import { Problem } from '@/api/problem'
import { catalogQuery, forget, meQuery, queryClient } from '@/api/queries'
import { modules } from '@/app/modules'
import { Broken, Loading, Lost } from '@/app/page-states'
import { setZone } from '@/ui/format'
import { suggestLanguage } from '@/ui/i18n'

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost, errorComponent: Broken })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { next?: string } => (typeof search.next === 'string' ? { next: search.next } : {}),
  component: lazyRouteComponent(() => import('@/app/sign-in')),
})

const link = createRoute({
  getParentRoute: () => root,
  path: '/link/$token',
  component: lazyRouteComponent(() => import('@/app/link')),
})

const choose = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('@/app/workspaces')),
})

/** Everything in a workspace: it knows who asks and what there is before anything is shown. */
const workspace = createRoute({
  getParentRoute: () => root,
  path: '/w/$workspace',
  component: lazyRouteComponent(() => import('@/app/shell')),
  beforeLoad: async ({ params, location }) => {
    if (space.url('') !== `/w/${params.workspace}/api/v1`) forget()
    space.enter(`/w/${params.workspace}/api/v1`)
    try {
      const [me] = await Promise.all([queryClient.ensureQueryData(meQuery), queryClient.ensureQueryData(catalogQuery)])
      setZone(me.user.time_zone)
      await suggestLanguage(me.user.locale)
    } catch (error) {
      if (error instanceof Problem && error.status === 401)
        throw redirect({ to: '/sign-in', search: { next: location.href } })
      throw error
    }
  },
})

const home = createRoute({
  getParentRoute: () => workspace,
  path: '/',
  component: lazyRouteComponent(() => import('@/app/home')),
})
const list = createRoute({
  getParentRoute: () => workspace,
  path: '$object',
  validateSearch: (search) => search as Record<string, unknown>,
  component: lazyRouteComponent(() => import('@/record/list/list-page')),
})
const record = createRoute({
  getParentRoute: () => workspace,
  path: '$object/$id',
  validateSearch: (search): { tab?: string } => (typeof search.tab === 'string' ? { tab: search.tab } : {}),
  component: lazyRouteComponent(() => import('@/record/page/record-page')),
})

const settings = createRoute({
  getParentRoute: () => workspace,
  path: 'settings',
  component: lazyRouteComponent(() => import('@/settings/frame')),
})
/** Where there is room for both, the settings open with their first page; on a phone with the list of them. */
const settingsStart = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: ({ params }) => {
    if (matchMedia('(min-width: 48rem)').matches)
      throw redirect({ to: `/w/${params.workspace}/settings/profile` as '/', replace: true })
  },
})
const settingsPages = modules
  .flatMap((module) => module.settings ?? [])
  .map((entry) =>
    createRoute({ getParentRoute: () => settings, path: entry.path, component: lazyRouteComponent(entry.load) }),
  )
const modulePages = modules
  .flatMap((module) => module.pages ?? [])
  .map((entry) =>
    createRoute({ getParentRoute: () => workspace, path: entry.path, component: lazyRouteComponent(entry.load) }),
  )

const withPages = workspace.addChildren([home, list, record, settings])
// The pages of modules are known by their addresses only; the types hold what the shared rooms link to.
settings.addChildren([settingsStart, ...settingsPages])
workspace.addChildren([home, list, record, settings, ...modulePages])
const tree = root.addChildren([choose, signIn, link, withPages])

export const router = createRouter({
  routeTree: tree,
  defaultPreload: false,
  defaultPendingComponent: Loading,
  defaultPendingMs: 150,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
