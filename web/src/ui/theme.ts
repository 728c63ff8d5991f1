import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark' | 'system'

const listeners = new Set<() => void>()
const system = () => matchMedia('(prefers-color-scheme: dark)')

function stored(): Theme {
  try {
    const theme = localStorage.getItem('theme')
    if (theme === 'light' || theme === 'dark') return theme
  } catch {}
  return 'system'
}

let current = stored()

function apply() {
  const dark = current === 'dark' || (current === 'system' && system().matches)
  document.documentElement.classList.toggle('dark', dark)
}

export function setTheme(theme: Theme) {
  current = theme
  try {
    if (theme === 'system') localStorage.removeItem('theme')
    else localStorage.setItem('theme', theme)
  } catch {}
  apply()
  for (const listener of listeners) listener()
}

/** Follows the system's theme while the page is open; `theme.js` has set it before the first paint. */
export function watchTheme() {
  system().addEventListener('change', apply)
}

export const useTheme = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
