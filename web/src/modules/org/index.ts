import { Network, ShieldCheck, Users } from 'lucide-react'
import type { WebModule } from '@/record/module'

export const org: WebModule = {
  name: 'org',
  settings: [
    {
      path: 'people',
      label: 'org.people.title',
      icon: Users,
      group: 'org',
      admin: true,
      load: () => import('./people'),
    },
    {
      path: 'departments',
      label: 'org.departments.title',
      icon: Network,
      group: 'org',
      admin: true,
      load: () => import('./departments'),
    },
    {
      path: 'roles',
      label: 'org.roles.title',
      icon: ShieldCheck,
      group: 'org',
      admin: true,
      load: () => import('./roles'),
    },
    { path: 'roles/$id', load: () => import('./role') },
  ],
}
