import type { Entity, Rec } from '@/api/types'
import { fieldOf } from '@/record/catalog'
import { RecordForm } from '@/record/form/form'

type Props = {
  entity: Entity
  record?: Rec
  initial?: Record<string, unknown>
  onDone: (saved: Rec) => void
  onCancel: () => void
}

/** The form of a lead offers only what a person may say of its status: a conversion is an act of its own. */
export default function LeadForm({ entity, record, ...rest }: Props) {
  const status = fieldOf(entity, 'status')
  const open = status?.options?.filter((option) => !['converted', 'unqualified'].includes(option.name))
  const plain: Entity = {
    ...entity,
    fields: entity.fields.map((field) => (field === status && open ? { ...field, options: open } : field)),
  }
  const ended = record?.status === 'converted' || record?.status === 'unqualified'
  return (
    <RecordForm
      {...rest}
      entity={plain}
      {...(record ? { record } : {})}
      omit={['unqualified_reason', ...(ended ? ['status'] : [])]}
    />
  )
}
