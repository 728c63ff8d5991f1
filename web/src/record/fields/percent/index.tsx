import { percent, useLocale } from '@/ui/format'
import { defineKind } from '../kind'
import { numberOps, PlainInput } from '../plain'

/** Moves the point of a decimal text by so many places, exactly: 0.15 is shown as 15. */
export function shift(text: string, places: number): string {
  const parsed = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text.trim())
  if (!parsed || (!parsed[2] && !parsed[3])) return text
  let whole = parsed[2] ?? ''
  let part = parsed[3] ?? ''
  for (let step = 0; step < Math.abs(places); step++) {
    if (places > 0) {
      whole += part[0] ?? '0'
      part = part.slice(1)
    } else {
      part = (whole.at(-1) ?? '0') + part
      whole = whole.slice(0, -1)
    }
  }
  whole = whole.replace(/^0+(?=\d)/, '') || '0'
  part = part.replace(/0+$/, '')
  return `${parsed[1]}${whole}${part ? `.${part}` : ''}`
}

export const kind = defineKind<string>({
  Show: ({ value }) => <span className="num">{percent(shift(String(value), 2), useLocale())}</span>,
  Edit: ({ value, onChange, ...rest }) => (
    <span className="relative block">
      <PlainInput
        {...rest}
        inputMode="decimal"
        value={value === null ? null : shift(String(value), 2)}
        onChange={(text) => onChange(text === null ? null : /\.$/.test(text) ? text : shift(text, -2))}
      />
      <span className="pointer-events-none absolute inset-y-0 right-3 grid place-items-center text-sm text-subtle">
        %
      </span>
    </span>
  ),
  ops: [...numberOps],
  width: 100,
  end: true,
})
