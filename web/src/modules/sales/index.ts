import { Filter, Kanban } from 'lucide-react'
import { lazy } from 'react'
import type { WebModule } from '@/record/module'

export const sales: WebModule = {
  name: 'sales',
  faces: {
    lead: {
      Actions: lazy(() => import('./lead-actions')),
      Form: lazy(() => import('./lead-form')),
      alike: [
        { object: 'contact', fields: { phones: 'phones' } },
        { object: 'customer', fields: { company: 'name', phones: 'phones' } },
      ],
    },
    deal: {
      views: [{ name: 'board', label: 'sales.board', icon: Kanban, Component: lazy(() => import('./board')) }],
      firstView: 'board',
      Headline: lazy(() => import('./deal-headline')),
      Actions: lazy(() => import('./deal-actions')),
      Form: lazy(() => import('./deal-form')),
      ownFields: ['stage', 'stage_since'],
      follows: { stage: ['probability', 'status', 'stage_since'] },
    },
    order: {
      Main: lazy(() => import('./order-lines')),
      Actions: lazy(() => import('./order-actions')),
      Form: lazy(() => import('./order-form')),
    },
  },
  pages: [{ path: 'funnel', label: 'sales.funnel', icon: Filter, group: 'sales', load: () => import('./funnel') }],
  home: [{ name: 'deals', Component: lazy(() => import('./home')) }],
}
