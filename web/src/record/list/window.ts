import { type RefObject, useCallback, useEffect, useState } from 'react'

/** Browsers draw no element higher than some 17 million pixels: a longer list is scrolled in scale. */
const TALLEST = 16_000_000
const SPARE = 8

/**
 * The rows in sight of a scroller whose rows all have one height. In a list of more than 400,000 rows a pixel of the
 * scroll bar stands for more than a pixel of the list, so any row can still be reached.
 */
export function useWindow(scroller: RefObject<HTMLElement | null>, count: number, row: number) {
  const [view, setView] = useState({ top: 0, height: 800 })
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    let frame = 0
    const read = () => {
      frame = 0
      setView({ top: element.scrollTop, height: element.clientHeight || 800 })
    }
    const later = () => {
      if (!frame) frame = requestAnimationFrame(read)
    }
    read()
    element.addEventListener('scroll', later, { passive: true })
    const watcher = new ResizeObserver(later)
    watcher.observe(element)
    return () => {
      element.removeEventListener('scroll', later)
      watcher.disconnect()
      cancelAnimationFrame(frame)
    }
  }, [scroller])

  const full = count * row
  const height = Math.min(full, TALLEST)
  const scale = height > view.height ? Math.max(1, (full - view.height) / (height - view.height)) : 1
  // Where the list's first pixel in sight lies, counted in the whole list.
  const offset = view.top * scale
  const first = Math.max(0, Math.floor(offset / row) - SPARE)
  const last = Math.min(count - 1, Math.ceil((offset + view.height) / row) + SPARE)
  /** A row's place in the scrolled box. */
  const place = (index: number) => index * row - offset + view.top

  const show = useCallback(
    (index: number, head: number) => {
      const element = scroller.current
      if (!element) return
      const at = index * row
      const now = element.scrollTop * scale
      if (at < now) element.scrollTop = at / scale
      else if (at + row > now + element.clientHeight - head)
        element.scrollTop = (at + row + head - element.clientHeight) / scale
    },
    [scroller, row, scale],
  )
  return { first, last, height, place, show }
}
