import { useTranslation } from 'react-i18next'
import { Input, Labeled, Select } from '@/ui/control'
import { fromLocalInput, toLocalInput, useLocale } from '@/ui/format'
import { dueAt, type Lead, leads, soon } from './due'

/** A moment, picked or typed, with the ones that people name most. */
export function DuePicker({
  value,
  label,
  fault,
  onChange,
}: {
  value: string | null
  label: string
  fault?: string | undefined
  onChange: (value: string | null) => void
}) {
  const { t } = useTranslation()
  const locale = useLocale()
  return (
    <div>
      <Labeled label={label} fault={fault}>
        {(ids) => (
          <Input
            {...ids}
            type="datetime-local"
            value={value ? toLocalInput(value, locale) : ''}
            onChange={(event) => onChange(event.target.value ? fromLocalInput(event.target.value, locale) : null)}
          />
        )}
      </Labeled>
      <div className="mt-1 flex flex-wrap gap-1">
        {soon.map((name) => (
          <button
            key={name}
            type="button"
            onClick={() => onChange(dueAt(name, locale))}
            className="min-h-6 rounded-full bg-surface-2 px-2 text-xs text-muted hover:bg-hover hover:text-fg pointer-coarse:min-h-9"
          >
            {t(`activity.soon.${name}`)}
          </button>
        ))}
      </div>
    </div>
  )
}

export function ReminderSelect({ value, onChange }: { value: Lead; onChange: (value: Lead) => void }) {
  const { t } = useTranslation()
  return (
    <Labeled label={t('activity.remind')}>
      {(ids) => (
        <Select {...ids} value={value} onChange={(event) => onChange(event.target.value as Lead)}>
          {leads.map((lead) => (
            <option key={lead} value={lead}>
              {t(`activity.lead.${lead}`)}
            </option>
          ))}
        </Select>
      )}
    </Labeled>
  )
}
