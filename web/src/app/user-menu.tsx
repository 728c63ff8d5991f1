import { useNavigate } from '@tanstack/react-router'
import { ArrowLeftRight, Keyboard, LogOut } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/record/catalog'
import { Avatar } from '@/ui/badge'
import { useLocale } from '@/ui/format'
import { Menu, MenuChoice, MenuItem, MenuLine, MenuSection } from '@/ui/menu'
import { setTheme, type Theme, useTheme } from '@/ui/theme'
import { chooseLanguage, signOut } from './session'

export function UserMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const { lang } = useLocale()
  const theme = useTheme()
  const navigate = useNavigate()
  return (
    <Menu
      className="w-60"
      trigger={
        <button
          type="button"
          aria-label={t('app.user_menu', { name: me.user.name })}
          className="grid size-8 shrink-0 place-items-center rounded-full pointer-coarse:size-11"
        >
          <Avatar name={me.user.name} className="size-7 text-xs" />
        </button>
      }
    >
      <div className="px-2 py-1.5">
        <div className="truncate font-medium">{me.user.name}</div>
        <div className="truncate text-xs text-subtle">{me.user.email}</div>
      </div>
      <MenuLine />
      <MenuItem onClick={onShortcuts} className="max-md:hidden">
        <Keyboard /> {t('app.shortcuts')}
      </MenuItem>
      <MenuItem onClick={() => navigate({ to: '/' })}>
        <ArrowLeftRight /> {t('app.switch_workspace')}
      </MenuItem>
      <MenuLine />
      <MenuSection label={t('app.language')}>
        <MenuChoice
          value={lang}
          onChange={(next) => void chooseLanguage(next)}
          options={[
            { value: 'zh', label: t('app.chinese') },
            { value: 'en', label: 'English' },
          ]}
        />
      </MenuSection>
      <MenuSection label={t('app.theme.label')}>
        <MenuChoice<Theme>
          value={theme}
          onChange={setTheme}
          options={[
            { value: 'light', label: t('app.theme.light') },
            { value: 'dark', label: t('app.theme.dark') },
            { value: 'system', label: t('app.theme.system') },
          ]}
        />
      </MenuSection>
      <MenuLine />
      <MenuItem onClick={() => void signOut()}>
        <LogOut /> {t('app.sign_out')}
      </MenuItem>
    </Menu>
  )
}
