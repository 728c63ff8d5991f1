import type { Entity, Rec } from '@/api/types'
import { RecordForm } from '@/record/form/form'

const ofTasks = ['status', 'due_at', 'remind_at', 'priority']
const ofTalks = ['at', 'duration', 'outcome']

/** The form of an activity asks what its kind has: a deadline for a task, an outcome for a call. */
export default function ActivityForm(props: {
  entity: Entity
  record?: Rec
  initial?: Record<string, unknown>
  onDone: (saved: Rec) => void
  onCancel: () => void
}) {
  return (
    <RecordForm
      {...props}
      initial={{ kind: 'task', ...props.initial }}
      omit={(draft) => [
        'visible_with',
        ...(draft.kind === 'task'
          ? [...ofTalks, 'status']
          : draft.kind === 'note'
            ? [...ofTasks, 'duration', 'outcome']
            : ofTasks),
      ]}
    />
  )
}
