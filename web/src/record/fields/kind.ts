import type { ComponentType } from 'react'
import type { Field, Operator } from '@/api/types'

export type EditProps<V> = {
  field: Field
  value: V | null
  onChange: (value: V | null) => void
  id?: string
  'aria-label'?: string
  'aria-describedby'?: string | undefined
  'aria-invalid'?: boolean | undefined
  autoFocus?: boolean
}

/**
 * How one kind of field looks and is edited, on every screen alike. `V` is the value as the API tells it; null is empty,
 * and masked values never come here.
 */
export type FieldKind<V = never> = {
  /** In a cell, a card, a record, a history line. */
  Show: ComponentType<{ field: Field; value: V; full?: boolean }>
  /** In a form, and in a cell while it is edited. */
  Edit: ComponentType<EditProps<V>>
  /** What a condition is compared with; the editor where this is left out. */
  FilterValue?: ComponentType<EditProps<unknown> & { op: Operator }>
  /** The operators offered where the catalog names none. */
  ops: Operator[]
  /** Pixels of a new column. */
  width: number
  /** Figures stand to the right. */
  end?: boolean
  /** Takes a whole row of a form. */
  wide?: boolean
  /** A value as a write takes it, where that differs from how it is read. */
  write?: (value: V) => unknown
  /** Choosing is deciding: in a cell the value is saved as soon as it is chosen. */
  instant?: boolean
}

/** Lets the registry hold kinds of different values; each is only ever given values of its own kind. */
export const defineKind = <V>(kind: FieldKind<V>) => kind as unknown as FieldKind
