import { Dialog } from '@base-ui/react/dialog'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { House, Languages, Moon, Plus, Search, Settings } from 'lucide-react'
import { type ReactNode, useDeferredValue, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { useCatalog, useLabel, useMe } from '@/record/catalog'
import { useCreate } from '@/record/form/create'
import { iconOf } from '@/record/icons'
import { Kbd } from '@/ui/badge'
import { useFocusReturn } from '@/ui/focus'
import { useLocale } from '@/ui/format'
import { setLanguage } from '@/ui/i18n'
import { setTheme, useTheme } from '@/ui/theme'
import { settings, useNavObjects } from './sidebar'

type Hit = { object: string; id: string; title: string; match?: string; field?: string }
type Found = { data: Hit[]; totals?: Record<string, number> }

const item =
  'flex min-h-9 items-center gap-2.5 rounded-md px-2.5 text-sm text-fg aria-selected:bg-hover pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-subtle'
const group =
  '[&:not(:has([cmdk-item]))]:hidden [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-subtle'

/** Finds records by name, pinyin, phone or number, and runs what the page can do. The server searches; commands are matched here. */
export default function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  useFocusReturn(open)
  const { t } = useTranslation()
  const { lang } = useLocale()
  const theme = useTheme()
  const label = useLabel()
  const me = useMe()
  const { objects } = useCatalog()
  const create = useCreate()
  const navigate = useNavigate()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const nav = useNavObjects().flatMap((entry) => entry.objects)
  const [text, setText] = useState('')
  const question = useDeferredValue(text.trim())
  const found = useQuery({
    queryKey: ['search', question],
    enabled: question.length > 0,
    queryFn: ({ signal }) => space.ask<Found>('/search', { q: question, limit: 20 }, { signal }),
    placeholderData: keepPreviousData,
  })
  const hits = question ? (found.data?.data ?? []) : []
  const byObject = [...new Set(hits.map((hit) => hit.object))].flatMap((name) =>
    objects.filter((entity) => entity.name === name),
  )
  // What is found comes after the keystroke; Enter takes the first of it, unless one has moved on.
  const [chosen, setChosen] = useState('')
  const first = hits[0] && `${hits[0].object}/${hits[0].id}`
  useEffect(() => {
    if (first) setChosen(first)
  }, [first])
  const fits = (name: string) => !question || name.toLocaleLowerCase().includes(question.toLocaleLowerCase())
  const run = (act: () => void) => () => {
    onOpenChange(false)
    act()
  }
  const command = (value: string, icon: ReactNode, name: string, act: () => void, keys?: string) =>
    fits(name) && (
      <Command.Item key={value} value={value} className={item} onSelect={run(act)}>
        {icon} <span className="flex-1 truncate">{name}</span>
        {keys?.split(' ').map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </Command.Item>
    )

  const places = [
    command(
      'go-home',
      <House />,
      t('app.nav.home'),
      () => navigate({ to: '/w/$workspace', params: { workspace } }),
      'g h',
    ),
    ...nav.map((entity) => {
      const Icon = iconOf(entity)
      return command(`go-${entity.name}`, <Icon />, label(entity.plural), () =>
        navigate({ to: '/w/$workspace/$object', params: { workspace, object: entity.name } }),
      )
    }),
    settings &&
      command('go-settings', <Settings />, t('app.nav.settings'), () =>
        navigate({ to: '/w/$workspace/settings', params: { workspace } }),
      ),
  ]
  const deeds = [
    ...nav
      .filter((entity) => me.rights[entity.name]?.create)
      .map((entity) =>
        command(`new-${entity.name}`, <Plus />, t('app.make', { name: label(entity.label) }), () =>
          create(entity.name),
        ),
      ),
    command('theme', <Moon />, theme === 'dark' ? t('app.to_light') : t('app.to_dark'), () =>
      setTheme(theme === 'dark' ? 'light' : 'dark'),
    ),
    command(
      'language',
      <Languages />,
      lang === 'zh' ? 'English' : t('app.chinese'),
      () => void setLanguage(lang === 'zh' ? 'en' : 'zh'),
    ),
  ]
  const nothing = byObject.length === 0 && ![...places, ...deeds].some(Boolean)

  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-black/25 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0 dark:bg-black/50" />
        <Dialog.Popup className="fixed top-[12vh] left-1/2 z-50 w-[min(620px,calc(100vw-1.5rem))] -translate-x-1/2 overflow-hidden rounded-xl bg-overlay shadow-pop transition-[scale,opacity] duration-150 outline-none data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0">
          <Dialog.Title className="sr-only">{t('app.search')}</Dialog.Title>
          <Command label={t('app.search')} shouldFilter={false} loop value={chosen} onValueChange={setChosen}>
            <div className="flex items-center gap-2.5 border-b px-4">
              <Search className="size-4 shrink-0 text-subtle" />
              <Command.Input
                autoFocus
                value={text}
                onValueChange={setText}
                placeholder={t('app.search')}
                className="h-12 min-w-0 flex-1 bg-transparent text-lg outline-none placeholder:text-subtle"
              />
              <Kbd>Esc</Kbd>
            </div>
            {nothing && (
              <p role="status" className="py-10 text-center text-sm text-muted">
                {found.isFetching ? t('ui.loading') : t('ui.nothing')}
              </p>
            )}
            {/* A list of choices without one is no list: it is hidden, for eyes and for screen readers. */}
            <Command.List hidden={nothing} className="max-h-[56vh] overflow-y-auto p-1.5">
              {byObject.map((entity) => {
                const Icon = iconOf(entity)
                const total = found.data?.totals?.[entity.name]
                return (
                  <Command.Group
                    key={entity.name}
                    heading={total ? `${label(entity.plural)} · ${total}` : label(entity.plural)}
                    className={group}
                  >
                    {hits
                      .filter((hit) => hit.object === entity.name)
                      .map((hit) => (
                        <Command.Item
                          key={hit.id}
                          value={`${hit.object}/${hit.id}`}
                          className={item}
                          onSelect={run(() =>
                            navigate({
                              to: '/w/$workspace/$object/$id',
                              params: { workspace, object: hit.object, id: hit.id },
                            }),
                          )}
                        >
                          <Icon /> <span className="min-w-0 flex-1 truncate">{hit.title}</span>
                          {hit.match && hit.match !== hit.title && (
                            <span className="num max-w-1/2 truncate text-xs text-subtle">{hit.match}</span>
                          )}
                        </Command.Item>
                      ))}
                  </Command.Group>
                )
              })}
              <Command.Group heading={t('app.go')} className={group}>
                {places}
              </Command.Group>
              <Command.Group heading={t('app.do')} className={group}>
                {deeds}
              </Command.Group>
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
