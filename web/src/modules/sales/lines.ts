import type { LinkValue, Money, Rec } from '@/api/types'

/** A line as it stands in the editor; texts as they were typed. */
export type Line = {
  /** Its place on the screen, for as long as the editor is open. */
  key: string
  id?: string
  product: LinkValue | null
  description: string
  quantity: string
  price: string
  currency: string
  discount: string
}

/** A decimal text as a whole number of its smallest places; nothing when it is no number. */
export function scaled(text: string, places: number): bigint | undefined {
  const parsed = /^(\d+)(?:\.(\d*))?$/.exec(text.trim())
  if (!parsed) return undefined
  const part = parsed[2] ?? ''
  if (part.length > places) return undefined
  return BigInt((parsed[1] ?? '0') + part.padEnd(places, '0'))
}

const minorPlaces = (currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2

function unscaled(value: bigint, places: number): string {
  const negative = value < 0n
  const digits = (negative ? -value : value).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  return `${negative ? '-' : ''}${whole}${places ? `.${digits.slice(-places)}` : ''}`
}

/** Quantity × price × (1 − discount) in minor units, rounded half up as the server does; nothing while a figure is missing. */
export function amountOf(line: Line): bigint | undefined {
  const quantity = scaled(line.quantity, 3)
  const price = scaled(line.price, minorPlaces(line.currency))
  const discount = line.discount.trim() ? scaled(line.discount, 2) : 0n
  if (quantity === undefined || price === undefined || discount === undefined || discount > 10_000n) return undefined
  const divisor = 1000n * 10_000n
  return (quantity * price * (10_000n - discount) + divisor / 2n) / divisor
}

export const amountText = (line: Line): string | undefined => {
  const amount = amountOf(line)
  return amount === undefined ? undefined : unscaled(amount, minorPlaces(line.currency))
}

/** The lines' amounts less the discount of the whole; nothing while one is missing or they are of several currencies. */
export function totalOf(lines: Line[], discount: Money | null): Money | undefined {
  const counted = lines.filter((line) => !isBlank(line))
  const currency = counted[0]?.currency
  if (!currency || counted.some((line) => line.currency !== currency)) return undefined
  if (discount && discount.currency !== currency) return undefined
  const places = minorPlaces(currency)
  let sum = -((discount && scaled(discount.amount, places)) ?? 0n)
  for (const line of counted) {
    const amount = amountOf(line)
    if (amount === undefined) return undefined
    sum += amount
  }
  return { amount: unscaled(sum, places), currency }
}

/** A line in which nobody has said anything yet. */
export const isBlank = (line: Line) => !line.product && !line.description.trim() && !line.price.trim()

let made = 0
export const blankLine = (currency: string): Line => ({
  key: `new-${++made}`,
  product: null,
  description: '',
  quantity: '1',
  price: '',
  currency,
  discount: '',
})

/** A number as one would type it: 3, not 3.000. */
const plain = (value: unknown) => {
  const text = String(value ?? '')
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** The lines of an order as the server tells them. */
export const linesOf = (order: Rec | undefined, currency: string): Line[] =>
  ((order?.lines as Rec[] | undefined) ?? []).map((line) => {
    const price = line.price as Money | null
    return {
      key: line.id,
      id: line.id,
      product: (line.product as LinkValue | null) ?? null,
      description: String(line.description ?? ''),
      quantity: plain(line.quantity),
      price: price?.amount ?? '',
      currency: price?.currency ?? currency,
      discount: plain(line.discount_percent),
    }
  })

/** The lines as a write takes them; blank ones fall away. */
export const writeLines = (lines: Line[]) =>
  lines
    .filter((line) => !isBlank(line))
    .map((line) => ({
      ...(line.id ? { id: line.id } : {}),
      product: line.product?.id ?? null,
      description: line.description.trim() || null,
      quantity: line.quantity.trim() || null,
      price: line.price.trim() ? { amount: line.price.trim(), currency: line.currency } : null,
      discount_percent: line.discount.trim() || null,
    }))
