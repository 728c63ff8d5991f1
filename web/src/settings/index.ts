import { Blocks, Building2, GitBranch, History, KeyRound, Tags, UserRound } from 'lucide-react'
import type { WebModule } from '@/record/module'

export const settings: WebModule = {
  name: 'settings',
  settings: [
    { path: 'profile', label: 'settings.profile.title', icon: UserRound, group: 'me', load: () => import('./profile') },
    {
      path: 'workspace',
      label: 'settings.workspace.title',
      icon: Building2,
      group: 'org',
      admin: true,
      load: () => import('./workspace'),
    },
    { path: 'keys', label: 'settings.keys.title', icon: KeyRound, group: 'me', load: () => import('./keys') },
    {
      path: 'objects',
      label: 'settings.objects.title',
      icon: Blocks,
      group: 'data',
      admin: true,
      load: () => import('./objects/list'),
    },
    { path: 'objects/$name', load: () => import('./objects/object') },
    {
      path: 'pipelines',
      label: 'settings.pipelines.title',
      icon: GitBranch,
      group: 'data',
      admin: true,
      load: () => import('./pipelines'),
    },
    {
      path: 'tags',
      label: 'settings.tags.title',
      icon: Tags,
      group: 'data',
      admin: true,
      load: () => import('./tags'),
    },
    {
      path: 'audit',
      label: 'settings.audit.title',
      icon: History,
      group: 'system',
      admin: true,
      load: () => import('./objects/history'),
    },
  ],
}
