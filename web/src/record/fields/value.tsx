import { EyeOff } from 'lucide-react'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field, Masked } from '@/api/types'
import type { EditProps } from './kind'
import { Mask } from './mask'
import { isEmpty, kindOf } from './registry'

const isMasked = (value: unknown): value is Masked =>
  typeof value === 'object' && value !== null && 'masked' in value && !('id' in value)

/** A field's value wherever it is read: empty, masked and out of sight are the same everywhere. */
export function Value({
  field,
  value,
  full,
  blank = '',
}: {
  field: Field
  value: unknown
  full?: boolean
  blank?: string
}) {
  const { t } = useTranslation()
  if (field.right === 'hidden') return <EyeOff aria-label={t('ui.no_right')} className="size-3.5 text-subtle" />
  if (isMasked(value)) return <Mask text={value.masked} />
  if (isEmpty(value)) return blank ? <span className="text-subtle">{blank}</span> : null
  const Show = kindOf(field).Show as unknown as ComponentType<{ field: Field; value: unknown; full?: boolean }>
  return full ? <Show field={field} value={value} full /> : <Show field={field} value={value} />
}

/** A field's editor wherever it is written. */
export function Editor({ field, ...props }: EditProps<unknown>) {
  const Edit = kindOf(field).Edit as unknown as ComponentType<EditProps<unknown>>
  return <Edit field={field} {...props} />
}
