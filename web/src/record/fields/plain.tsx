import { Input } from '@/ui/control'
import type { EditProps } from './kind'

/** One line of text, for every kind that is written as text. */
export function PlainInput({
  field,
  value,
  onChange,
  type = 'text',
  inputMode,
  ...rest
}: EditProps<string> & { type?: string; inputMode?: 'decimal' | 'numeric' | 'url' }) {
  return (
    <Input
      {...rest}
      type={type}
      inputMode={inputMode}
      required={!!field.required}
      maxLength={field.max_length}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
    />
  )
}

export const numberOps = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'between', 'empty', 'filled'] as const
export const dateOps = ['within', 'eq', 'before', 'after', 'between', 'empty', 'filled'] as const
export const textOps = ['contains', 'starts', 'eq', 'ne', 'empty', 'filled'] as const
export const choiceOps = ['in', 'nin', 'empty', 'filled'] as const
export const setOps = ['any', 'all', 'none', 'empty', 'filled'] as const
