import { useTranslation } from 'react-i18next'
import type { LinkValue } from '@/api/types'
import { Select } from '@/ui/control'
import { defineKind } from '../kind'
import { LinkName, Lookup } from '../linked'

const circles = ['me', 'my_subordinates', 'my_department'] as const

export const kind = defineKind<LinkValue>({
  Show: ({ value }) => <LinkName value={value} object="user" person />,
  Edit: ({ value, onChange, ...rest }) => (
    <Lookup
      {...rest}
      objects={['user']}
      person
      value={value ? [value] : []}
      onChange={(next) => onChange(next[0] ?? null)}
    />
  ),
  FilterValue: ({ value, onChange, op, ...rest }) => {
    const { t } = useTranslation()
    const circle = typeof value === 'string' ? value : ''
    return (
      <span className="flex flex-wrap gap-1.5">
        {op === 'eq' || op === 'ne' ? (
          <Select
            aria-label={rest['aria-label']}
            value={circle || 'me'}
            onChange={(event) => onChange(event.target.value)}
          >
            {circles.map((name) => (
              <option key={name} value={name}>
                {t(`record.circle.${name}`)}
              </option>
            ))}
          </Select>
        ) : (
          <Lookup
            {...rest}
            objects={['user']}
            person
            multiple
            value={Array.isArray(value) ? (value as LinkValue[]) : []}
            onChange={onChange}
          />
        )}
      </span>
    )
  },
  ops: ['eq', 'in', 'nin', 'empty', 'filled'],
  width: 124,
  write: (value) => value.id,
  instant: true,
})
