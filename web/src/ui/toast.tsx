import { Toast as Base } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { cn } from './cn'

const manager = Base.createToastManager()

type Action = { label: string; run: () => void }

/** Says what has happened; with an action it stays long enough to undo. */
export function toast(title: string, action?: Action) {
  manager.add({
    title,
    timeout: action ? 9000 : 4000,
    ...(action ? { actionProps: { children: action.label, onClick: action.run } } : {}),
  })
}

/** Says what went wrong; stays until read. */
export function toastFailure(title: string, action?: Action) {
  manager.add({
    title,
    type: 'error',
    priority: 'high',
    timeout: 12_000,
    ...(action ? { actionProps: { children: action.label, onClick: action.run } } : {}),
  })
}

function List() {
  const { t } = useTranslation()
  const { toasts } = Base.useToastManager()
  return toasts.map((entry) => (
    <Base.Root
      key={entry.id}
      toast={entry}
      className={cn(
        'mt-2 flex items-center gap-3 rounded-lg data-limited:hidden bg-overlay px-3.5 py-2.5 text-sm shadow-pop transition-all duration-180 data-ending-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0',
        entry.type === 'error' && 'border-l-3 border-bad',
      )}
    >
      <Base.Title className="min-w-0 flex-1 font-normal break-words" />
      {entry.actionProps && (
        <Base.Action className="min-h-6 shrink-0 rounded px-1.5 font-medium text-primary-text hover:bg-hover" />
      )}
      <Base.Close
        aria-label={t('ui.close')}
        className="grid size-6 place-items-center rounded text-subtle hover:bg-hover hover:text-fg"
      >
        <X className="size-3.5" />
      </Base.Close>
    </Base.Root>
  ))
}

/** On a phone a second message would lie over what one works on. */
const phone = matchMedia('(max-width: 640px)')

export function Toasts() {
  return (
    <Base.Provider toastManager={manager} limit={phone.matches ? 1 : 3}>
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-4 z-60 w-88 max-w-[calc(100vw-2rem)]">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}
