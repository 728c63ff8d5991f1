import type { WebModule } from '@/record/module'

export const notifications: WebModule = {
  name: 'notifications',
  pages: [{ path: 'notifications', load: () => import('./page') }],
}
