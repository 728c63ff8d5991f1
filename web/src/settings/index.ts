import { KeyRound, UserRound } from 'lucide-react'
import type { WebModule } from '@/record/module'

export const settings: WebModule = {
  name: 'settings',
  settings: [
    { path: 'profile', label: 'settings.profile.title', icon: UserRound, group: 'me', load: () => import('./profile') },
    { path: 'keys', label: 'settings.keys.title', icon: KeyRound, group: 'me', load: () => import('./keys') },
  ],
}
