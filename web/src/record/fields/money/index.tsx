import type { Money } from '@/api/types'
import { useMe } from '@/record/catalog'
import { Input } from '@/ui/control'
import { money, useLocale } from '@/ui/format'
import { defineKind } from '../kind'
import { numberOps } from '../plain'

export const kind = defineKind<Money>({
  Show: ({ value }) => <span className="num">{money(value.amount, value.currency, useLocale())}</span>,
  Edit: ({ value, onChange, field, ...rest }) => {
    const { workspace } = useMe()
    const currency = value?.currency ?? workspace.currency
    return (
      <span className="relative block">
        <Input
          {...rest}
          inputMode="decimal"
          required={!!field.required}
          className="num pr-12"
          value={value?.amount ?? ''}
          onChange={(event) => {
            const amount = event.target.value.replace(/[,，\s]/g, '')
            onChange(amount === '' ? null : { amount, currency })
          }}
        />
        <span className="pointer-events-none absolute inset-y-0 right-2.5 grid place-items-center text-xs text-subtle">
          {currency}
        </span>
      </span>
    )
  },
  ops: [...numberOps],
  width: 140,
  end: true,
})
