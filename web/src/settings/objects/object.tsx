import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Archive, ArchiveRestore, ChevronLeft, MoreHorizontal, Pencil, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { messageOf } from '@/api/problem'
import { useLabel } from '@/record/catalog'
import { iconOf } from '@/record/icons'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Input, Labeled, Tabs } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { Menu, MenuItem } from '@/ui/menu'
import { Failure, Skeleton } from '@/ui/states'
import { toast, toastFailure } from '@/ui/toast'
import { AdminOnly, Fault, Page, Rows, row } from '../parts'
import { FieldDialog } from './field'
import { MetaHistory } from './history'
import { LayoutEditor } from './layout'
import { IconPicker } from './list'
import { both, type MetaField, type MetaObject, metaQuery, renewMeta } from './meta'
import { Names } from './names'
import { MatchState, UniqueState } from './unique'

export default function ObjectPage() {
  const { name } = useParams({ strict: false }) as { name?: string }
  const meta = useQuery(metaQuery)
  const object = meta.data?.objects.find((entry) => entry.name === name)
  return (
    <AdminOnly>
      {meta.isPending ? (
        <Skeleton className="p-6" lines={8} />
      ) : meta.isError ? (
        <Failure error={meta.error} retry={() => meta.refetch()} />
      ) : object ? (
        <One key={object.name} object={object} version={meta.data.version} />
      ) : (
        <Failure error={{ status: 404 }} />
      )}
    </AdminOnly>
  )
}

/** Changes a definition at the version that is shown. */
export function useChange(version: number) {
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: Record<string, unknown> }) =>
      space.patch(path, { version, ...body }),
    onSettled: renewMeta,
    onError: (error) => toastFailure(messageOf(error)),
  })
}

function One({ object, version }: { object: MetaObject; version: number }) {
  const { t } = useTranslation()
  const label = useLabel()
  const { workspace } = useParams({ strict: false })
  const [tab, setTab] = useState<'fields' | 'layout' | 'history'>('fields')
  // What was begun there is still there when one comes back from another tab.
  const [arranging, setArranging] = useState(false)
  const [field, setField] = useState<MetaField | 'new'>()
  const [naming, setNaming] = useState(false)
  const change = useChange(version)
  const Icon = iconOf(object)
  const own = object.fields.filter((entry) => !entry.system && !entry.retired)
  const retired = object.fields.filter((entry) => entry.retired)
  const path = `/meta/objects/${object.name}`
  return (
    <Page
      title={
        <span className="flex items-center gap-2">
          <Link
            to={`/w/${workspace}/settings/objects` as '/'}
            aria-label={t('ui.back')}
            className="-ml-1.5 grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-fg"
          >
            <ChevronLeft className="size-4.5" />
          </Link>
          <Icon className="size-5 text-subtle" /> {label(object.label)}
          {object.retired && <Badge>{t('settings.objects.is_retired')}</Badge>}
        </span>
      }
      text={<code className="text-xs">{object.name}</code>}
      actions={
        <>
          <Menu
            trigger={
              <Button variant="ghost" size="icon" aria-label={t('ui.more')}>
                <MoreHorizontal />
              </Button>
            }
          >
            <MenuItem onClick={() => setNaming(true)}>
              <Pencil /> {t('settings.objects.rename')}
            </MenuItem>
            {object.custom && (
              <MenuItem
                danger={!object.retired}
                onClick={() =>
                  change.mutate(
                    { path, body: { retired: !object.retired } },
                    {
                      onSuccess: () =>
                        toast(t(object.retired ? 'settings.objects.restored' : 'settings.objects.now_retired')),
                    },
                  )
                }
              >
                {object.retired ? <ArchiveRestore /> : <Archive />}
                {t(object.retired ? 'settings.objects.restore' : 'settings.objects.retire')}
              </MenuItem>
            )}
          </Menu>
          <Button variant="primary" disabled={!!object.retired} onClick={() => setField('new')}>
            <Plus /> {t('settings.field.new')}
          </Button>
        </>
      }
    >
      <Tabs
        label={label(object.label)}
        value={tab}
        onChange={(next) => {
          setTab(next)
          if (next === 'layout') setArranging(true)
        }}
        className="mb-4"
        tabs={[
          { value: 'fields', label: t('settings.objects.fields') },
          { value: 'layout', label: t('settings.layout.title') },
          { value: 'history', label: t('settings.audit.history') },
        ]}
      />
      {arranging && (
        <div hidden={tab !== 'layout'}>
          <LayoutEditor object={object} version={version} />
        </div>
      )}
      {tab === 'history' && <MetaHistory object={object.name} />}
      {tab === 'fields' && (
        <>
          <FieldRows
            title={t('settings.objects.fields')}
            object={object}
            fields={own}
            version={version}
            onEdit={setField}
          />
          {retired.length > 0 && (
            <details className="mt-6">
              <summary className="cursor-default text-sm text-muted">
                {t('settings.field.retired_count', { count: retired.length })}
              </summary>
              <div className="mt-3">
                <FieldRows
                  title={t('settings.objects.retired')}
                  object={object}
                  fields={retired}
                  version={version}
                  onEdit={setField}
                />
              </div>
            </details>
          )}
        </>
      )}
      {field && (
        <FieldDialog
          object={object}
          version={version}
          {...(field === 'new' ? {} : { field })}
          close={() => setField(undefined)}
        />
      )}
      {naming && <Rename object={object} version={version} close={() => setNaming(false)} />}
    </Page>
  )
}

function FieldRows({
  title,
  object,
  fields,
  version,
  onEdit,
}: {
  title: string
  object: MetaObject
  fields: MetaField[]
  version: number
  onEdit: (field: MetaField) => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const change = useChange(version)
  return (
    <Rows label={title}>
      {fields.map((field) => {
        const path = `/meta/objects/${object.name}/fields/${field.name}`
        return (
          <li key={field.name} className={cn(row, field.retired && 'text-subtle')}>
            <button
              type="button"
              className="min-w-0 flex-1 basis-44 rounded text-left"
              onClick={() => onEdit(field)}
              disabled={!!field.retired}
            >
              <span className="block truncate font-medium">{label(field.label)}</span>
              <span className="block truncate text-xs text-muted">
                {t(`settings.kind.${field.kind}`)} · <code>{field.name}</code>
              </span>
            </button>
            <span className="flex flex-wrap items-center gap-1 max-md:order-last max-md:basis-full max-md:empty:hidden">
              {field.custom && <Badge tone="violet">{t('settings.field.custom')}</Badge>}
              {field.required && <Badge tone="warn">{t('settings.field.required')}</Badge>}
              <UniqueState object={object} field={field} />
              {(field.place ?? 0) > 0 && <Badge tone="info">{t('settings.field.in_list')}</Badge>}
              {field.search && <Badge tone="ok">{t('settings.field.search')}</Badge>}
              <MatchState field={field} />
            </span>
            {field.retired ? (
              <Button
                size="sm"
                variant="ghost"
                disabled={change.isPending}
                onClick={() => change.mutate({ path, body: { retired: false } })}
              >
                <ArchiveRestore /> {t('settings.objects.restore')}
              </Button>
            ) : (
              <Menu
                trigger={
                  <Button
                    variant="ghost"
                    size="iconSm"
                    aria-label={t('settings.field.more', { name: label(field.label) })}
                  >
                    <MoreHorizontal />
                  </Button>
                }
              >
                <MenuItem onClick={() => onEdit(field)}>
                  <Pencil /> {t('ui.edit')}
                </MenuItem>
                <MenuItem
                  danger
                  onClick={() =>
                    change.mutate(
                      { path, body: { retired: true } },
                      { onSuccess: () => toast(t('settings.field.now_retired')) },
                    )
                  }
                >
                  <Archive /> {t('settings.objects.retire')}
                </MenuItem>
              </Menu>
            )}
          </li>
        )
      })}
    </Rows>
  )
}

function Rename({ object, version, close }: { object: MetaObject; version: number; close: () => void }) {
  const { t } = useTranslation()
  const [words, setWords] = useState({ zh: object.label.zh, en: object.label.en })
  const [many, setMany] = useState(object.plural.en)
  const [icon, setIcon] = useState(object.icon ?? 'box')
  const change = useChange(version)
  return (
    <Dialog open onOpenChange={close} title={t('settings.objects.rename')}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(
            {
              path: `/meta/objects/${object.name}`,
              body: {
                label: both(words.zh, words.en),
                plural: both(words.zh, many),
                ...(icon === object.icon ? {} : { icon }),
              },
            },
            { onSuccess: close },
          )
        }}
      >
        <div className="grid gap-4 sm:grid-cols-3">
          <Names words={words} onChange={(change) => setWords((now) => ({ ...now, ...change }))} />
          <Labeled label={t('settings.objects.en_many')}>
            {(ids) => <Input {...ids} maxLength={40} value={many} onChange={(event) => setMany(event.target.value)} />}
          </Labeled>
        </div>
        <IconPicker value={icon} onChange={setIcon} />
        <Fault error={change.error && new Error(messageOf(change.error))} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={change.isPending}>
            {t('ui.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
