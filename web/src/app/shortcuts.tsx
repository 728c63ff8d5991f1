import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Kbd } from '@/ui/badge'
import { Switch } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { shortcutsOn } from '@/ui/hotkeys'

const rows = [
  ['Ctrl K', 'search'],
  ['g h', 'home'],
  ['g c', 'customers'],
  ['g d', 'deals'],
  ['n', 'new'],
  ['j / k', 'move'],
  ['x', 'select'],
  ['Enter', 'open'],
  ['e', 'edit'],
  ['?', 'help'],
] as const

/** The keys there are, and the switch that turns the single ones off. */
export function Shortcuts({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useTranslation()
  const [on, setOn] = useState(shortcutsOn)
  const change = (next: boolean) => {
    setOn(next)
    try {
      if (next) localStorage.removeItem('shortcuts')
      else localStorage.setItem('shortcuts', 'off')
    } catch {}
  }
  return (
    <Dialog open={open} onOpenChange={onOpenChange} size="sm" title={t('app.shortcuts')}>
      <dl className="divide-y">
        {rows.map(([keys, name]) => (
          <div key={name} className="flex items-center gap-3 py-2 text-sm">
            <dt className="flex-1">{t(`app.keys.${name}`)}</dt>
            <dd className="flex gap-1">
              {keys.split(' ').map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 flex items-center gap-3 text-sm">
        <span className="flex-1">{t('app.keys.single')}</span>
        <Switch checked={on} onChange={change} label={t('app.keys.single')} />
      </div>
    </Dialog>
  )
}
