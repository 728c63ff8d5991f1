import { useTranslation } from 'react-i18next'

export type Lang = 'zh' | 'en'

/** The reader's language and zone, which decide how every figure and time is written. */
export type Locale = { lang: Lang; tag: string; zone: string | undefined }

let zone: string | undefined

/** The person's time zone, from the settings of the account. */
export function setZone(name: string | undefined) {
  zone = name || undefined
}

export function useLocale(): Locale {
  const { i18n } = useTranslation()
  const lang: Lang = i18n.language === 'en' ? 'en' : 'zh'
  return { lang, tag: lang === 'en' ? 'en' : 'zh-CN', zone }
}

const numbers = new Map<string, Intl.NumberFormat>()
function number(tag: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = tag + JSON.stringify(options)
  let format = numbers.get(key)
  if (!format) {
    format = new Intl.NumberFormat(tag, options)
    numbers.set(key, format)
  }
  return format
}

/** `Intl` writes decimal strings exactly; TypeScript knows them only as numbers yet. */
const exact = (text: string | number) => text as unknown as number

export const integer = (value: number, { tag }: Locale) => number(tag, {}).format(value)

export const decimal = (value: string | number, { tag }: Locale, scale?: number) =>
  number(
    tag,
    scale === undefined
      ? { maximumFractionDigits: 12 }
      : { minimumFractionDigits: scale, maximumFractionDigits: scale },
  ).format(exact(value))

export const percent = (value: string | number, { tag }: Locale) =>
  `${number(tag, { maximumFractionDigits: 4 }).format(exact(value))}%`

export const money = (amount: string, currency: string, { tag }: Locale) =>
  number(tag, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(exact(amount))

/** ¥1864万 in Chinese, ¥18.6M in English: the two count in different steps. */
export const moneyShort = (amount: string | number, currency: string, { tag }: Locale) =>
  number(tag, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(exact(amount))

const dates = new Map<string, Intl.DateTimeFormat>()
function date(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = tag + JSON.stringify(options)
  let format = dates.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(tag, options)
    dates.set(key, format)
  }
  return format
}

/** The parts of a moment as the zone's clock shows them. */
function parts(iso: string, zoneName: string | undefined): Record<string, string> {
  const options: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }
  if (zoneName) options.timeZone = zoneName
  return Object.fromEntries(
    date('en-CA', options)
      .formatToParts(new Date(iso))
      .map((part) => [part.type, part.value]),
  )
}

/** 2026-11-24, the day that the moment falls on in the reader's zone. */
export function day(iso: string, { zone: zoneName }: Locale): string {
  const part = parts(iso, zoneName)
  return `${part.year}-${part.month}-${part.day}`
}

/** 2026-11-24 17:05 in the reader's zone. */
export function moment(iso: string, locale: Locale): string {
  const part = parts(iso, locale.zone)
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}`
}

/** The value of an `<input type="datetime-local">` for a moment, in the reader's zone. */
export const toLocalInput = (iso: string, locale: Locale) => moment(iso, locale).replace(' ', 'T')

/** The moment that a `datetime-local` value names in the reader's zone, as RFC 3339 in UTC. */
export function fromLocalInput(value: string, { zone: zoneName }: Locale): string {
  const asUtc = Date.parse(`${value.length === 16 ? `${value}:00` : value}Z`)
  // What the zone's clock shows at that moment, read as UTC, differs from it by the zone's offset; twice, for summer time.
  let at = asUtc
  for (let round = 0; round < 2; round++) {
    const part = parts(new Date(at).toISOString(), zoneName)
    const shown = Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`)
    at += asUtc - shown
  }
  return new Date(at).toISOString().replace('.000Z', 'Z')
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** 3 天前, 2 hours ago; the exact time belongs in a title beside it. */
export function ago(iso: string, { tag }: Locale, now = Date.now()): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000)
  const format = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  for (const [unit, size] of steps)
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
  return format.format(0, 'second')
}

/** A Chinese mobile number in its usual 3-4-4 groups; every other number as it stands. */
export function phone(value: string): string {
  const mobile = /^(?:\+86)?(1[3-9]\d)(\d{4})(\d{4})$/.exec(value)
  if (mobile) return `${mobile[1]} ${mobile[2]} ${mobile[3]}`
  const fixed = /^\+86(10|2\d|[3-9]\d\d)(\d{7,8})$/.exec(value)
  return fixed ? `0${fixed[1]}-${fixed[2]}` : value
}

/** A stable hue for a person's or company's badge. */
export function hue(text: string): number {
  let hash = 0
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360
  return hash
}
