import { useEffect, useRef } from 'react'
import { composing } from './control'

/** Runs single-key shortcuts of the page; silent in fields and dialogs, while an input method composes, and when switched off. */
export function useHotkeys(keys: Record<string, (event: KeyboardEvent) => void>) {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    let lead = 0
    const on = (event: KeyboardEvent) => {
      if (
        composing(event) ||
        event.metaKey ||
        event.ctrlKey ||
        event.altKey ||
        event.defaultPrevented ||
        !shortcutsOn()
      )
        return
      const target = event.target as HTMLElement | null
      if (target?.closest?.('input,textarea,select,[contenteditable=true],[role=dialog],[role=menu],[role=listbox]'))
        return
      const led = Date.now() - lead < 900
      lead = 0
      if (led && latest.current[`g ${event.key}`]) {
        event.preventDefault()
        latest.current[`g ${event.key}`]?.(event)
      } else if (event.key === 'g') lead = Date.now()
      else if (latest.current[event.key]) {
        latest.current[event.key]?.(event)
      }
    }
    addEventListener('keydown', on)
    return () => removeEventListener('keydown', on)
  }, [])
}

/** Single-key shortcuts disturb people who dictate (WCAG 2.1.4), so they can be switched off. */
export function shortcutsOn(): boolean {
  try {
    return localStorage.getItem('shortcuts') !== 'off'
  } catch {
    return true
  }
}
