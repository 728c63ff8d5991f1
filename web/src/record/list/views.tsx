import { useMutation } from '@tanstack/react-query'
import { ChevronDown, Copy, Globe, Lock, Pencil, RotateCcw, Save, Trash2, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { faultOf, messageOf } from '@/api/problem'
import { queryClient, viewsQuery } from '@/api/queries'
import type { Entity, Label, View } from '@/api/types'
import { useLabel, useMe } from '@/record/catalog'
import { Button } from '@/ui/button'
import { Checkbox, Input, Labeled } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { useLocale } from '@/ui/format'
import { Menu, MenuChoice, MenuItem, MenuLine, MenuSection } from '@/ui/menu'
import { toast, toastFailure } from '@/ui/toast'
import { mayChange, type Saved, type ViewChange } from './saved'

/** Puts a view, or what is left without it, where the list finds it, and asks again. */
function keep(view: View, gone = false) {
  queryClient.setQueryData(viewsQuery(view.object).queryKey, (list: View[] | undefined) => {
    const others = (list ?? []).filter((entry) => entry.id !== view.id)
    return gone ? others : [...others, view]
  })
  void queryClient.invalidateQueries({ queryKey: viewsQuery(view.object).queryKey })
  if (view.shared) void queryClient.invalidateQueries({ queryKey: ['meta-history'] })
}

/** Brings a deleted view back: a shared one out of the history with all that it had, one's own by saving it again. */
async function bringBack({ version: _, owner: __, standard: ___, unusable: ____, ...view }: View) {
  if (!view.shared) return keep((await space.post<View>('/meta/views', view)).data)
  type Entry = { id: number; changes: { part?: string; before: { id?: string } | null; after: unknown }[] }
  const { data } = await space.get<{ data: Entry[] }>(`/meta/history?object=${view.object}`)
  const entry = data.find(({ changes }) =>
    changes.some((change) => change.part === 'view' && !change.after && change.before?.id === view.id),
  )
  if (entry) await space.post(`/meta/history/${entry.id}/undo`)
  void queryClient.invalidateQueries({ queryKey: viewsQuery(view.object).queryKey })
  void queryClient.invalidateQueries({ queryKey: ['meta-history'] })
}

type NewView = Pick<View, 'name' | 'columns' | 'sort' | 'filter' | 'shared'> & { id?: string }

/** The writes of views: each answers the view as it is then. */
function useWrites(entity: Entity, saved: Saved) {
  const { t } = useTranslation()
  const failed = { onError: (error: Error) => toastFailure(messageOf(error)) }
  const add = useMutation({
    mutationFn: async (view: NewView) => (await space.post<View>('/meta/views', { object: entity.name, ...view })).data,
    onSuccess: (view) => {
      keep(view)
      saved.setColumns(undefined, saved.view?.id)
      saved.show(view.id)
    },
  })
  const change = useMutation({
    mutationFn: async ({ view, body }: { view: View; body: ViewChange & { name?: Label; shared?: boolean } }) =>
      (await space.patch<View>(`/meta/views/${view.id}`, { version: view.version, ...body })).data,
    onSuccess: (view) => keep(view),
    onSettled: () => queryClient.invalidateQueries({ queryKey: viewsQuery(entity.name).queryKey }),
  })
  const remove = useMutation({
    mutationFn: (view: View) => space.delete(`/meta/views/${view.id}?version=${view.version}`),
    onSuccess: (_, view) => {
      saved.show(undefined)
      keep(view, true)
      const run = () =>
        bringBack(view)
          .then(() => toast(t('record.undone')))
          .catch((error) => toastFailure(messageOf(error)))
      // Of one's own that could not be used, not all is known here.
      if (view.unusable && !view.shared) toast(t('record.views.deleted'))
      else toast(t('record.views.deleted'), { label: t('ui.undo'), run: () => void run() })
    },
    ...failed,
  })
  return { add, change, remove, failed }
}

/** The name of the view that is shown; below it the others, and what can be done with this one. */
export function ViewMenu({ entity, saved }: { entity: Entity; saved: Saved }) {
  const { t } = useTranslation()
  const label = useLabel()
  const { tag } = useLocale()
  const me = useMe()
  const { view, views } = saved
  const { change, remove, failed } = useWrites(entity, saved)
  const [naming, setNaming] = useState<'new' | 'rename'>()
  const standard = views.find((entry) => entry.standard)
  const name = view ? label(view.name) : standard ? label(standard.name) : t('record.views.all')
  const choices = (list: View[]) =>
    list
      .map((entry) => ({ value: entry.id, label: <ViewName view={entry} />, name: label(entry.name) }))
      .sort((a, b) => a.name.localeCompare(b.name, tag))
  const sections = [
    { key: 'shared', list: choices(views.filter((entry) => entry.shared && !entry.standard)) },
    { key: 'own', list: choices(views.filter((entry) => !entry.shared)) },
  ] as const
  return (
    <>
      <Menu
        align="start"
        className="w-64"
        trigger={
          <Button
            size="sm"
            variant="ghost"
            className="max-w-48 pl-1.5 text-fg max-sm:max-w-36"
            aria-label={t('record.views.now', { name })}
          >
            <span className="truncate">{name}</span>
            <ChevronDown className="size-3.5!" />
          </Button>
        }
      >
        <MenuChoice
          closes
          value={view?.id ?? ''}
          options={[{ value: '', label: standard ? label(standard.name) : t('record.views.all') }]}
          onChange={() => saved.show(undefined)}
        />
        {sections.map(
          ({ key, list }) =>
            list.length > 0 && (
              <MenuSection key={key} label={t(`record.views.${key}`)}>
                <MenuChoice closes value={view?.id ?? ''} options={list} onChange={(id) => saved.show(id)} />
              </MenuSection>
            ),
        )}
        <MenuLine />
        <MenuItem onClick={() => setNaming('new')}>
          <Copy /> {t('record.views.save_as')}
        </MenuItem>
        {view && mayChange(view, me) && (
          <>
            <MenuItem onClick={() => setNaming('rename')}>
              <Pencil /> {t('record.views.rename')}
            </MenuItem>
            {me.admin && (!view.shared || view.owner?.id === me.user.id) && (
              <MenuItem
                onClick={() =>
                  change.mutate(
                    { view, body: { shared: !view.shared } },
                    {
                      ...failed,
                      onSuccess: () => toast(t(view.shared ? 'record.views.now_own' : 'record.views.now_shared')),
                    },
                  )
                }
              >
                {view.shared ? <Lock /> : <Globe />}
                {t(view.shared ? 'record.views.make_own' : 'record.views.share')}
              </MenuItem>
            )}
            <MenuItem danger onClick={() => remove.mutate(view)}>
              <Trash2 /> {t('record.views.delete')}
            </MenuItem>
          </>
        )}
      </Menu>
      {naming && (
        <NameDialog
          entity={entity}
          saved={saved}
          {...(naming === 'rename' && view ? { view } : {})}
          close={() => setNaming(undefined)}
        />
      )}
    </>
  )
}

function ViewName({ view }: { view: View }) {
  const { t } = useTranslation()
  const label = useLabel()
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <span className="truncate">{label(view.name)}</span>
      {view.unusable && <TriangleAlert className="size-3.5! text-warn!" aria-label={t('record.views.unusable')} />}
    </span>
  )
}

/** Offers to keep what is other than in the view that is shown. */
export function SaveView({ entity, saved }: { entity: Entity; saved: Saved }) {
  const { t } = useTranslation()
  const me = useMe()
  const { view, changes } = saved
  const { change } = useWrites(entity, saved)
  const [naming, setNaming] = useState(false)
  const moved = Object.keys(changes).length > 0
  const reset = () => {
    saved.setColumns(undefined)
    saved.show(view?.id)
  }
  if (!moved && !naming) return null
  return (
    <>
      <Menu
        align="start"
        trigger={
          <Button size="sm" variant="soft" disabled={change.isPending}>
            <Save className="size-3.5!" /> {t('record.views.save')} <ChevronDown className="size-3.5!" />
          </Button>
        }
      >
        {view && mayChange(view, me) && (
          <MenuItem
            onClick={() =>
              change.mutate(
                { view, body: changes },
                {
                  onSuccess: () => {
                    reset()
                    toast(t('record.views.saved'))
                  },
                  onError: (error) => toastFailure(messageOf(error)),
                },
              )
            }
          >
            <Save /> {t('record.views.save_changes')}
          </MenuItem>
        )}
        <MenuItem onClick={() => setNaming(true)}>
          <Copy /> {t('record.views.save_as')}
        </MenuItem>
        <MenuItem onClick={reset}>
          <RotateCcw /> {t('record.views.reset')}
        </MenuItem>
      </Menu>
      {naming && <NameDialog entity={entity} saved={saved} close={() => setNaming(false)} />}
    </>
  )
}

/** Names a new view, made of what is on the screen, or one that exists. */
function NameDialog({ entity, saved, view, close }: { entity: Entity; saved: Saved; view?: View; close: () => void }) {
  const { t } = useTranslation()
  const label = useLabel()
  const { lang } = useLocale()
  const me = useMe()
  const { add, change } = useWrites(entity, saved)
  const [name, setName] = useState(view ? label(view.name) : '')
  const [shared, setShared] = useState(false)
  const error = add.error ?? change.error
  const title = t(view ? 'record.views.rename_title' : 'record.views.save_title')
  const submit = () => {
    if (view) {
      // A name that differs by language keeps the other one.
      const words = view.name.zh === view.name.en ? { zh: name, en: name } : { ...view.name, [lang]: name }
      return change.mutate({ view, body: { name: words } }, { onSuccess: close })
    }
    const base = saved.view
    add.mutate(
      {
        name: { zh: name, en: name },
        columns: saved.changes.columns ?? base?.columns ?? saved.columns,
        sort: saved.sort ?? '',
        filter: saved.changes.filter !== undefined ? saved.changes.filter : (base?.filter ?? null),
        shared,
      },
      {
        onSuccess: () => {
          close()
          toast(t('record.views.saved'))
        },
      },
    )
  }
  return (
    <Dialog open onOpenChange={(open) => !open && close()} size="sm" title={title}>
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Labeled label={t('record.views.name')} required fault={faultOf(error, 'name')}>
          {(ids) => (
            <Input {...ids} autoFocus maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Labeled>
        {!view && me.admin && (
          <div className="flex items-center gap-2 text-sm">
            <Checkbox checked={shared} label={t('record.views.share_too')} onChange={setShared} />
            <span aria-hidden>{t('record.views.share_too')}</span>
          </div>
        )}
        {error && !faultOf(error, 'name') && (
          <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
            {messageOf(error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={add.isPending || change.isPending}>
            {t('ui.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Says that the filter of a view cannot be used, and what to do. */
export function UnusableNote() {
  const { t } = useTranslation()
  return (
    <p
      role="status"
      className="mx-5 mb-2 flex items-start gap-2 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn max-sm:mx-4"
    >
      <TriangleAlert className="mt-0.5 size-4 shrink-0" /> {t('record.views.unusable_text')}
    </p>
  )
}
