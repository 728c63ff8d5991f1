import type { ReactNode } from 'react'
import { cn } from './cn'
import { hue } from './format'

const tones = {
  gray: 'bg-surface-2 text-muted',
  primary: 'bg-primary-soft text-primary-text',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  info: 'bg-info-soft text-info',
  violet: 'bg-violet-soft text-violet',
}
export type Tone = keyof typeof tones

/** The tones by the names that the catalog gives to colours. */
const byColour: Record<string, Tone> = {
  gray: 'gray',
  grey: 'gray',
  blue: 'primary',
  primary: 'primary',
  green: 'ok',
  ok: 'ok',
  teal: 'ok',
  yellow: 'warn',
  orange: 'warn',
  amber: 'warn',
  warn: 'warn',
  red: 'bad',
  bad: 'bad',
  pink: 'bad',
  cyan: 'info',
  sky: 'info',
  info: 'info',
  purple: 'violet',
  violet: 'violet',
  indigo: 'violet',
}
export const toneOf = (colour: string | undefined): Tone => byColour[colour ?? ''] ?? 'gray'

/** The tones in the order in which someone may choose them. */
export const toneNames = Object.keys(tones) as Tone[]

/** A state in colour and word; never in colour alone. */
export function Badge({
  tone = 'gray',
  dot,
  className,
  children,
}: {
  tone?: Tone
  dot?: boolean
  className?: string
  children: ReactNode
}) {
  return (
    <span
      className={cn(
        'inline-flex h-5 max-w-full items-center gap-1.5 rounded-full px-2 text-xs whitespace-nowrap',
        tones[tone],
        className,
      )}
    >
      {dot && <span className="size-1.5 shrink-0 rounded-full bg-current" />}
      <span className="truncate">{children}</span>
    </span>
  )
}

/** A person: round, with the last character of a Chinese name and the first letter of another. */
export function Avatar({ name, className }: { name: string; className?: string }) {
  const tone = hue(name)
  const chars = [...name.trim()]
  const sign = /[\u3400-\u9fff]/.test(name) ? chars.at(-1) : chars[0]?.toUpperCase()
  return (
    <span
      aria-hidden
      className={cn(
        'grid size-5.5 shrink-0 place-items-center rounded-full text-[10px] font-medium text-white select-none',
        className,
      )}
      style={{ background: `linear-gradient(140deg, oklch(0.6 0.12 ${tone}), oklch(0.5 0.13 ${tone + 25}))` }}
    >
      {sign ?? '?'}
    </span>
  )
}

/** Any other record: square, so that shape tells a thing from a person without colour. */
export function Mark({ name, className }: { name: string; className?: string }) {
  const tone = hue(name)
  const core = name.replace(
    /^(北京|上海|天津|重庆|广州|深圳|杭州|南京|苏州|成都|武汉|西安|宁波|青岛|厦门|长沙|郑州|合肥|福州|济南|大连|沈阳|无锡|佛山|东莞)市?/,
    '',
  )
  return (
    <span
      aria-hidden
      className={cn(
        'grid size-6 shrink-0 place-items-center rounded-[6px] text-[11px] font-semibold select-none dark:brightness-90',
        className,
      )}
      style={{ background: `oklch(0.93 0.045 ${tone})`, color: `oklch(0.4 0.1 ${tone})` }}
    >
      {([...(core || name)][0] ?? '?').toUpperCase()}
    </span>
  )
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-grid h-4.5 min-w-4.5 place-items-center rounded border border-line bg-surface px-1 font-sans text-[10.5px] text-subtle">
      {children}
    </kbd>
  )
}

/** Two moons that lean towards each other, as in 朋. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={cn('size-7', className)}>
      <rect width="32" height="32" rx="8.5" className="fill-brand" />
      <path className="fill-white" d="M15.2 6.6A8.9 8.9 0 1 0 15.2 23.4 9.6 9.6 0 0 1 15.2 6.6Z" />
      <path className="fill-brand-warm" d="M16.8 8.6A8.9 8.9 0 1 1 16.8 25.4 9.6 9.6 0 0 0 16.8 8.6Z" />
    </svg>
  )
}
