import { lazy } from 'react'
import type { WebModule } from '@/record/module'

export const customers: WebModule = {
  name: 'customers',
  home: [{ name: 'contacts', Component: lazy(() => import('./home')) }],
}
