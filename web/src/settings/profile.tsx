import { useMutation, useQuery } from '@tanstack/react-query'
import { Laptop, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { account, space } from '@/api/client'
import { faultOf, messageOf } from '@/api/problem'
import { meQuery, queryClient } from '@/api/queries'
import type { Me } from '@/api/types'
import { useMe } from '@/record/catalog'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Input, Labeled, Segments } from '@/ui/control'
import { ago, type Lang, moment, setZone, useLocale } from '@/ui/format'
import { setLanguage } from '@/ui/i18n'
import { Picker } from '@/ui/picker'
import { Failure, Skeleton } from '@/ui/states'
import { setTheme, type Theme, useTheme } from '@/ui/theme'
import { toast, toastFailure } from '@/ui/toast'
import { Block, Fault, Page, Rows, row } from './parts'

/** What a person says of themselves, and where they are signed in. */
export default function Profile() {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <Page title={t('settings.profile.title')} text={me.user.email}>
      <Person />
      <Password />
      <Sessions />
    </Page>
  )
}

function Person() {
  const { t } = useTranslation()
  const me = useMe()
  const { lang } = useLocale()
  const theme = useTheme()
  const [name, setName] = useState(me.user.name)
  const [zone, setOwnZone] = useState(me.user.time_zone ?? '')
  const save = useMutation({
    mutationFn: (body: Record<string, string>) => space.patch<Me>('/me', body),
    onSuccess: ({ data }) => {
      queryClient.setQueryData(meQuery.queryKey, data)
      setZone(data.user.time_zone)
      toast(t('settings.saved'))
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const language = (next: Lang) => {
    void setLanguage(next)
    save.mutate({ locale: next })
  }
  const zones = Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }))
  return (
    <form
      className="grid gap-4 sm:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate({ name, time_zone: zone })
      }}
    >
      <Labeled label={t('settings.profile.name')} fault={faultOf(save.error, 'name')}>
        {(ids) => (
          <Input
            {...ids}
            required
            maxLength={100}
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Labeled>
      <Labeled label={t('settings.profile.zone')} fault={faultOf(save.error, 'time_zone')}>
        {(ids) => (
          <Picker
            {...ids}
            aria-label={t('settings.profile.zone')}
            options={zones}
            value={zone ? [zone] : []}
            onChange={([next]) => setOwnZone(next ?? '')}
          />
        )}
      </Labeled>
      <div>
        <p className="mb-1 text-xs text-muted">{t('settings.profile.language')}</p>
        <div className="w-fit">
          <Segments<Lang>
            label={t('settings.profile.language')}
            value={lang}
            onChange={language}
            options={[
              { value: 'zh', label: t('app.chinese') },
              { value: 'en', label: 'English' },
            ]}
          />
        </div>
      </div>
      <div>
        <p className="mb-1 text-xs text-muted">{t('app.theme.label')}</p>
        <div className="w-fit">
          <Segments<Theme>
            label={t('app.theme.label')}
            value={theme}
            onChange={setTheme}
            options={(['light', 'dark', 'system'] as const).map((value) => ({ value, label: t(`app.theme.${value}`) }))}
          />
        </div>
      </div>
      <div className="sm:col-span-2">
        <Button type="submit" variant="primary" disabled={save.isPending}>
          {t('ui.save')}
        </Button>
      </div>
    </form>
  )
}

function Password() {
  const { t } = useTranslation()
  const me = useMe()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useMutation({
    mutationFn: () => account.post('/password', { current, new: next }),
    onSuccess: () => {
      setCurrent('')
      setNext('')
      void queryClient.invalidateQueries({ queryKey: ['sessions'] })
      toast(t('settings.profile.password_changed'))
    },
  })
  const known = faultOf(change.error, 'current') || faultOf(change.error, 'password')
  return (
    <Block title={t('app.password')} text={t('settings.profile.password_text')}>
      <form
        className="grid gap-4 sm:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <input type="hidden" autoComplete="username" value={me.user.email} readOnly />
        <Labeled label={t('settings.profile.current')} fault={faultOf(change.error, 'current')}>
          {(ids) => (
            <Input
              {...ids}
              type="password"
              required
              autoComplete="current-password"
              value={current}
              onChange={(event) => setCurrent(event.target.value)}
            />
          )}
        </Labeled>
        <Labeled label={t('app.new_password')} help={t('app.password_help')} fault={faultOf(change.error, 'password')}>
          {(ids) => (
            <Input
              {...ids}
              type="password"
              required
              minLength={8}
              autoComplete="new-password"
              value={next}
              onChange={(event) => setNext(event.target.value)}
            />
          )}
        </Labeled>
        <div className="sm:col-span-2">
          <Button type="submit" disabled={change.isPending}>
            {t('settings.profile.change')}
          </Button>
          {!known && <Fault error={change.error} />}
        </div>
      </form>
    </Block>
  )
}

type Session = { id: string; agent: string; created_at: string; seen_at: string; current: boolean }

const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/MicroMessenger/, 'WeChat'],
  [/Firefox\//, 'Firefox'],
  [/(HeadlessChrome|Chrome)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]
const named = (list: [RegExp, string][], agent: string) => list.find(([test]) => test.test(agent))?.[1]

function Sessions() {
  const { t } = useTranslation()
  const locale = useLocale()
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: () => account.get<{ data: Session[] }>('/sessions') })
  const end = useMutation({
    mutationFn: (id?: string) => account.delete(id ? `/sessions/${id}` : '/sessions'),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['sessions'] })
      toast(t('settings.profile.ended'))
    },
    onError: (error) => toastFailure(messageOf(error)),
  })
  const list = sessions.data?.data ?? []
  return (
    <Block
      title={t('settings.profile.sessions')}
      text={t('settings.profile.sessions_text')}
      actions={
        list.length > 1 && (
          <Button size="sm" disabled={end.isPending} onClick={() => end.mutate(undefined)}>
            {t('settings.profile.end_others')}
          </Button>
        )
      }
    >
      {sessions.isPending ? (
        <Skeleton />
      ) : sessions.isError ? (
        <Failure error={sessions.error} retry={() => sessions.refetch()} />
      ) : (
        <Rows label={t('settings.profile.sessions')}>
          {list.map((session) => {
            const system = named(systems, session.agent)
            const Icon = system === 'iOS' || system === 'Android' ? Smartphone : Laptop
            return (
              <li key={session.id} className={row}>
                <Icon className="size-4 text-subtle" />
                <div className="min-w-0 flex-1">
                  <p className="truncate">
                    {[named(browsers, session.agent), system].filter(Boolean).join(' · ') ||
                      t('settings.profile.unknown')}
                  </p>
                  <p className="text-xs text-muted" title={moment(session.seen_at, locale)}>
                    {t('settings.profile.seen', { when: ago(session.seen_at, locale) })}
                  </p>
                </div>
                {session.current ? (
                  <Badge tone="ok" dot>
                    {t('settings.profile.here')}
                  </Badge>
                ) : (
                  <Button size="sm" variant="ghost" disabled={end.isPending} onClick={() => end.mutate(session.id)}>
                    {t('settings.profile.end')}
                  </Button>
                )}
              </li>
            )
          })}
        </Rows>
      )}
    </Block>
  )
}
