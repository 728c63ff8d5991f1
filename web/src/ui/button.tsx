import { Button as Base } from '@base-ui/react/button'
import { cn } from './cn'

const shape =
  'inline-flex shrink-0 cursor-default items-center justify-center gap-1.5 rounded-md text-sm font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50 data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0 pointer-coarse:min-h-11'

const variants = {
  primary: 'bg-primary text-primary-fg shadow-card hover:bg-primary-hover',
  outline: 'border border-line bg-surface text-fg shadow-card hover:bg-hover',
  ghost: 'text-muted hover:bg-hover hover:text-fg data-popup-open:bg-hover data-popup-open:text-fg',
  soft: 'bg-primary-soft text-primary-text hover:brightness-97',
  danger: 'bg-bad-solid text-primary-fg shadow-card hover:brightness-95',
}
const sizes = {
  sm: 'h-7 px-2.5 text-xs',
  md: 'h-8 px-3',
  icon: 'size-8 pointer-coarse:min-w-11',
  iconSm: 'size-7 pointer-coarse:min-w-11',
}

export type ButtonProps = Base.Props & {
  variant?: keyof typeof variants
  size?: keyof typeof sizes
  className?: string
}

export function Button({ className, variant = 'outline', size = 'md', ...props }: ButtonProps) {
  return <Base className={cn(shape, variants[variant], sizes[size], className)} {...props} />
}

/** For a link that looks like a button. */
export const buttonClass = (variant: keyof typeof variants = 'outline', size: keyof typeof sizes = 'md') =>
  cn(shape, variants[variant], sizes[size])
