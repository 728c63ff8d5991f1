import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { faultOf, messageOf } from '@/api/problem'
import { useLabel } from '@/record/catalog'
import { iconOf, icons } from '@/record/icons'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Segments } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { Failure, Skeleton } from '@/ui/states'
import { AdminOnly, Block, Fault, Page, Rows } from '../parts'
import { RowLink } from '../records'
import { both, type MetaObject, metaQuery, nameFrom, renewMeta } from './meta'
import { Names } from './names'

/** Every kind of record, the program's and one's own. */
export default function Objects() {
  return (
    <AdminOnly>
      <List />
    </AdminOnly>
  )
}

function List() {
  const { t } = useTranslation()
  const meta = useQuery(metaQuery)
  const [making, setMaking] = useState(false)
  const list = meta.data?.objects ?? []
  const own = list.filter((object) => object.custom && !object.retired)
  const retired = list.filter((object) => object.retired)
  const standard = list.filter((object) => !object.custom && !object.setup && object.nav)
  const other = list.filter((object) => !object.custom && (object.setup || !object.nav))
  return (
    <Page
      title={t('settings.objects.title')}
      text={t('settings.objects.text')}
      actions={
        <Button variant="primary" onClick={() => setMaking(true)}>
          <Plus /> {t('settings.objects.new')}
        </Button>
      }
    >
      {meta.isPending ? (
        <Skeleton lines={6} />
      ) : meta.isError ? (
        <Failure error={meta.error} retry={() => meta.refetch()} />
      ) : (
        <>
          <Part title={t('settings.objects.own')} objects={own} none={t('settings.objects.own_none')} />
          <Part title={t('settings.objects.standard')} objects={standard} />
          {other.length > 0 && <Part title={t('settings.objects.other')} objects={other} />}
          {retired.length > 0 && <Part title={t('settings.objects.retired')} objects={retired} />}
        </>
      )}
      {making && <Make version={meta.data?.version ?? 0} close={() => setMaking(false)} />}
    </Page>
  )
}

function Part({ title, objects, none }: { title: string; objects: MetaObject[]; none?: string }) {
  const { t } = useTranslation()
  const label = useLabel()
  const { workspace } = useParams({ strict: false })
  return (
    <Block title={title}>
      {objects.length === 0 ? (
        <p className="text-sm text-muted">{none}</p>
      ) : (
        <Rows label={title}>
          {objects.map((object) => {
            const Icon = iconOf(object)
            return (
              <RowLink
                key={object.name}
                to={`/w/${workspace}/settings/objects/${object.name}`}
                icon={<Icon />}
                name={label(object.label)}
              >
                {object.retired && <Badge>{t('settings.objects.is_retired')}</Badge>}
                <span className="num text-xs text-muted">
                  {t('settings.objects.fields_count', {
                    count: object.fields.filter((field) => !field.system && !field.retired).length,
                  })}
                </span>
              </RowLink>
            )
          })}
        </Rows>
      )}
    </Block>
  )
}

export function IconPicker({ value, onChange }: { value: string; onChange: (name: string) => void }) {
  const { t } = useTranslation()
  return (
    <fieldset>
      <legend className="mb-1 text-xs text-muted">{t('settings.objects.icon')}</legend>
      <div className="flex flex-wrap gap-1">
        {Object.entries(icons).map(([name, Icon]) => (
          <button
            key={name}
            type="button"
            aria-label={name}
            aria-pressed={value === name}
            onClick={() => onChange(name)}
            className={cn(
              'grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-fg',
              value === name && 'bg-active text-primary-text',
            )}
          >
            <Icon className="size-4" />
          </button>
        ))}
      </div>
    </fieldset>
  )
}

function Make({ version, close }: { version: number; close: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { workspace } = useParams({ strict: false })
  const [words, setWords] = useState({ zh: '', en: '' })
  const [icon, setIcon] = useState('box')
  const [scope, setScope] = useState<'owner' | 'everyone'>('owner')
  const make = useMutation({
    mutationFn: () =>
      space.post<MetaObject>('/meta/objects', {
        version,
        name: nameFrom(words.en || words.zh, 'x_'),
        label: both(words.zh, words.en),
        plural: both(words.zh, words.en),
        icon,
        scope,
      }),
    onSuccess: ({ data }) => {
      renewMeta()
      close()
      void navigate({ to: `/w/${workspace}/settings/objects/${data.name}` as '/' })
    },
  })
  return (
    <Dialog open onOpenChange={close} title={t('settings.objects.new')} description={t('settings.objects.new_text')}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Names
            words={words}
            onChange={(change) => setWords((now) => ({ ...now, ...change }))}
            faults={{ zh: faultOf(make.error, 'label'), en: faultOf(make.error, 'name') }}
          />
        </div>
        <div>
          <p className="mb-1 text-xs text-muted">{t('settings.objects.scope')}</p>
          <div className="w-fit">
            <Segments
              label={t('settings.objects.scope')}
              value={scope}
              onChange={setScope}
              options={[
                { value: 'owner', label: t('settings.objects.scope_owner') },
                { value: 'everyone', label: t('settings.objects.scope_everyone') },
              ]}
            />
          </div>
        </div>
        <IconPicker value={icon} onChange={setIcon} />
        {!faultOf(make.error, 'label') && !faultOf(make.error, 'name') && (
          <Fault error={make.error && new Error(messageOf(make.error))} />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={make.isPending}>
            {t('settings.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
