import { useEffect, useState } from 'react'

/** Gives the focus back to where it was before something opened over the page, also where that is gone the moment it closes. */
export function useFocusReturn(open: boolean) {
  const [before, setBefore] = useState<Element | null>(null)
  const [was, setWas] = useState(false)
  // Taken while drawing: once it is drawn, the focus has moved into it.
  if (open !== was) {
    setWas(open)
    if (open) setBefore(document.activeElement)
  }
  useEffect(() => {
    if (!open || !(before instanceof HTMLElement)) return
    return () => {
      requestAnimationFrame(() => {
        if (document.activeElement === document.body && before.isConnected) before.focus()
      })
    }
  }, [open, before])
}
