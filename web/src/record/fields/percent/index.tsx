import { percent, useLocale } from '@/ui/format'
import { defineKind } from '../kind'
import { numberOps, PlainInput } from '../plain'

/** "12.5" is 12.5 %, for the server as for people. */
export const kind = defineKind<string>({
  Show: ({ value }) => <span className="num">{percent(String(value), useLocale())}</span>,
  Edit: ({ value, onChange, ...rest }) => (
    <span className="relative block">
      <PlainInput {...rest} inputMode="decimal" value={value === null ? null : String(value)} onChange={onChange} />
      <span className="pointer-events-none absolute inset-y-0 right-3 grid place-items-center text-sm text-subtle">
        %
      </span>
    </span>
  ),
  ops: [...numberOps],
  width: 100,
  end: true,
})
