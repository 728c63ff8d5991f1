import type { Entity, Rec } from '@/api/types'
import { RecordForm } from '@/record/form/form'

/** The form of a ticket: a new one is new and unsolved; later its status moves on the path above. */
export default function TicketForm(props: {
  entity: Entity
  record?: Rec
  initial?: Record<string, unknown>
  onDone: (saved: Rec) => void
  onCancel: () => void
}) {
  return <RecordForm {...props} omit={props.record ? ['status'] : ['status', 'solution']} />
}
