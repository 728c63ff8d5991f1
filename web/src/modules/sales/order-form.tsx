import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { space } from '@/api/client'
import { recordsKey } from '@/api/queries'
import type { Entity, Money, Rec } from '@/api/types'
import { useEntity, useMe } from '@/record/catalog'
import { RecordForm } from '@/record/form/form'
import { Failure, Skeleton } from '@/ui/states'
import { LineEditor } from './line-editor'
import { blankLine, type Line, linesOf, writeLines } from './lines'

type Props = {
  entity: Entity
  record?: Rec
  initial?: Record<string, unknown>
  onDone: (saved: Rec) => void
  onCancel: () => void
}

/** An order with its lines. */
export const useOrderLines = (id: string | undefined) =>
  useQuery({
    queryKey: [...recordsKey('order'), 'lines', id],
    enabled: !!id,
    queryFn: ({ signal }) => space.get<Rec>(`/records/order/${id}?expand=lines`, { signal }),
  })

/** The form of an order, with the lines that make it up. */
export default function OrderForm(props: Props) {
  const order = useOrderLines(props.record?.id)
  if (props.record && order.isPending) return <Skeleton lines={8} />
  if (order.isError) return <Failure error={order.error} retry={() => order.refetch()} />
  // The lines and the version must be of one reading.
  return <Form {...props} {...(order.data ? { record: order.data } : {})} />
}

function Form(props: Props) {
  const { workspace } = useMe()
  const entity = useEntity('order_line')
  const [lines, setLines] = useState<Line[]>(() =>
    props.record ? linesOf(props.record, workspace.currency) : [blankLine(workspace.currency)],
  )
  const [before] = useState(() => JSON.stringify(writeLines(linesOf(props.record, workspace.currency))))
  const written = writeLines(lines)
  const changed = JSON.stringify(written) !== before
  return (
    <RecordForm
      {...props}
      also={changed ? { lines: written } : undefined}
      extra={(error, draft) =>
        entity && (
          <LineEditor
            entity={entity}
            lines={lines}
            discount={(draft.discount as Money | null | undefined) ?? null}
            error={error}
            onChange={setLines}
          />
        )
      }
    />
  )
}
