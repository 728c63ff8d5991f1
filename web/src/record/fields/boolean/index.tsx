import { Check, Minus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useLabel } from '@/record/catalog'
import { Select, Switch } from '@/ui/control'
import { defineKind } from '../kind'

export const kind = defineKind<boolean>({
  Show: ({ value }) => {
    const { t } = useTranslation()
    const Icon = value ? Check : Minus
    return (
      <span className="inline-flex items-center gap-1 text-muted">
        <Icon className="size-3.5" aria-hidden /> {t(value ? 'ui.yes' : 'ui.no')}
      </span>
    )
  },
  Edit: ({ field, value, onChange }) => {
    const label = useLabel()
    return (
      <span className="flex h-8 items-center">
        <Switch checked={value === true} label={label(field.label)} onChange={onChange} />
      </span>
    )
  },
  FilterValue: ({ value, onChange, ...rest }) => {
    const { t } = useTranslation()
    return (
      <Select
        aria-label={rest['aria-label']}
        value={value === false ? 'no' : 'yes'}
        onChange={(event) => onChange(event.target.value === 'yes')}
      >
        <option value="yes">{t('ui.yes')}</option>
        <option value="no">{t('ui.no')}</option>
      </Select>
    )
  },
  ops: ['eq', 'empty', 'filled'],
  width: 90,
  instant: true,
})
