import { ArrowDown, ArrowUp, Eye, EyeOff, Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Option } from '@/api/types'
import { Badge, toneOf } from '@/ui/badge'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Input, Select } from '@/ui/control'
import { nameFrom } from './meta'

export const colours = ['gray', 'blue', 'green', 'amber', 'red', 'cyan', 'violet'] as const

/** The options of a choice in their order: words, colours, and those that can no longer be chosen. */
export function Options({ options, onChange }: { options: Option[]; onChange: (options: Option[]) => void }) {
  const { t } = useTranslation()
  const set = (index: number, change: Partial<Option>) =>
    onChange(options.map((option, at) => (at === index ? { ...option, ...change } : option)))
  const move = (index: number, by: number) => {
    const next = [...options]
    const [moved] = next.splice(index, 1)
    if (moved) next.splice(index + by, 0, moved)
    onChange(next)
  }
  const add = () =>
    onChange([
      ...options,
      {
        name: nameFrom('', 'o_'),
        label: { zh: '', en: '' },
        color: colours[(options.length + 1) % colours.length] ?? 'gray',
      },
    ])
  return (
    <fieldset>
      <legend className="mb-1 text-xs text-muted">{t('settings.option.title')}</legend>
      <ol className="space-y-2">
        {options.map((option, index) => {
          const name = option.label.zh || option.label.en || String(index + 1)
          return (
            <li key={option.name} className={cn('flex flex-wrap items-center gap-1.5', option.retired && 'opacity-60')}>
              <span className="flex">
                <Button
                  size="iconSm"
                  variant="ghost"
                  aria-label={t('settings.option.up', { name })}
                  disabled={index === 0}
                  onClick={() => move(index, -1)}
                >
                  <ArrowUp />
                </Button>
                <Button
                  size="iconSm"
                  variant="ghost"
                  aria-label={t('settings.option.down', { name })}
                  disabled={index === options.length - 1}
                  onClick={() => move(index, 1)}
                >
                  <ArrowDown />
                </Button>
              </span>
              <Input
                aria-label={t('settings.option.zh', { n: index + 1 })}
                placeholder={t('settings.objects.zh')}
                className="min-w-28 flex-1"
                value={option.label.zh}
                onChange={(event) => set(index, { label: { ...option.label, zh: event.target.value } })}
              />
              <Input
                aria-label={t('settings.option.en', { n: index + 1 })}
                placeholder={t('settings.objects.en')}
                className="min-w-24 flex-1"
                value={option.label.en}
                onChange={(event) => set(index, { label: { ...option.label, en: event.target.value } })}
              />
              <Badge tone={toneOf(option.color)} dot className="max-sm:hidden">
                {name}
              </Badge>
              <Select
                aria-label={t('settings.option.colour', { name })}
                className="w-20"
                value={option.color ?? 'gray'}
                onChange={(event) => set(index, { color: event.target.value })}
              >
                {colours.map((colour) => (
                  <option key={colour} value={colour}>
                    {t(`settings.colour.${colour}`)}
                  </option>
                ))}
              </Select>
              <Button
                size="iconSm"
                variant="ghost"
                aria-pressed={!!option.retired}
                aria-label={t(option.retired ? 'settings.option.restore' : 'settings.option.retire', { name })}
                onClick={() => set(index, { retired: !option.retired })}
              >
                {option.retired ? <EyeOff /> : <Eye />}
              </Button>
            </li>
          )
        })}
      </ol>
      <Button size="sm" variant="ghost" className="mt-2" onClick={add}>
        <Plus /> {t('settings.option.add')}
      </Button>
    </fieldset>
  )
}
