import { useTranslation } from 'react-i18next'
import { Input, Labeled } from '@/ui/control'
import { useLocale } from '@/ui/format'

type Words = { zh: string; en: string }

/** What a thing is called in both languages; the reader's comes first, and it is enough. */
export function Names({
  words,
  onChange,
  faults,
}: {
  words: Words
  onChange: (change: Partial<Words>) => void
  faults?: { [lang in keyof Words]?: string | undefined }
}) {
  const { t } = useTranslation()
  const { lang } = useLocale()
  const other: keyof Words = lang === 'en' ? 'zh' : 'en'
  return ([lang, other] as const).map((name) => (
    <Labeled
      key={name}
      label={t(`settings.objects.${name}`)}
      fault={faults?.[name]}
      {...(name === lang ? { required: true } : {})}
    >
      {(ids) => (
        <Input
          {...ids}
          autoFocus={name === lang}
          required={name === lang && !words[other]}
          maxLength={100}
          value={words[name]}
          onChange={(event) => onChange({ [name]: event.target.value })}
        />
      )}
    </Labeled>
  ))
}
