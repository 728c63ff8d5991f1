import { lazy } from 'react'
import type { WebModule } from '@/record/module'
import TaskActions, { TaskDue } from './task'

export const activity: WebModule = {
  name: 'activity',
  faces: {
    activity: {
      Compose: lazy(() => import('./composer')),
      Entry: lazy(() => import('./entry')),
      Actions: TaskActions,
      Form: lazy(() => import('./form')),
      ownFields: ['visible_with'],
      cells: { due_at: TaskDue },
    },
    comment: { Entry: lazy(() => import('./comment')) },
  },
  home: [{ name: 'tasks', Component: lazy(() => import('./home')) }],
}
