import { lazy } from 'react'
import type { Field, Rec } from '@/api/types'
import { Due } from '@/modules/activity/task'
import type { WebModule } from '@/record/module'

const ended = ['solved', 'closed']

/** The deadline of a ticket, which presses only while the ticket is open. */
const TicketDue = ({ record }: { field: Field; record: Rec }) => (
  <Due value={String(record.due_at)} done={ended.includes(String(record.status))} />
)

export const service: WebModule = {
  name: 'service',
  faces: {
    ticket: {
      Headline: lazy(() => import('./path')),
      Actions: lazy(() => import('./actions')),
      Form: lazy(() => import('./form')),
      cells: { due_at: TicketDue },
    },
  },
}
