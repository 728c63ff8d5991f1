import { day, fromLocalInput, type Locale } from '@/ui/format'

export const soon = ['today', 'tomorrow', 'in_three_days', 'next_monday'] as const
export type Soon = (typeof soon)[number]

/** Moves a day such as 2026-11-24 by so many days; noon keeps it clear of summer time. */
const shiftDay = (date: string, days: number) =>
  new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** A moment that people name rather than pick: today at six in the evening, any other day at nine in the morning. */
export function dueAt(name: Soon, locale: Locale, now = new Date().toISOString()): string {
  const today = day(now, locale)
  if (name === 'today') return fromLocalInput(`${today}T18:00`, locale)
  const weekday = new Date(`${today}T12:00:00Z`).getUTCDay()
  const days = name === 'tomorrow' ? 1 : name === 'in_three_days' ? 3 : (8 - weekday) % 7 || 7
  return fromLocalInput(`${shiftDay(today, days)}T09:00`, locale)
}

export const leads = ['none', '0', '15', '60', '1440'] as const
export type Lead = (typeof leads)[number]

/** When to be reminded of what is due: so many minutes before. */
export function remindAt(due: string | null | undefined, lead: Lead): string | undefined {
  if (!due || lead === 'none') return undefined
  return new Date(Date.parse(due) - Number(lead) * 60_000).toISOString().replace('.000Z', 'Z')
}

/** How pressing something due is; `null` when it has all the time. */
export function urgency(due: string, locale: Locale, now = new Date().toISOString()): 'late' | 'today' | null {
  if (Date.parse(due) < Date.parse(now)) return 'late'
  return day(due, locale) === day(now, locale) ? 'today' : null
}
