import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from '@/api/queries'
import { modules } from '@/app/modules'
import zh from '@/app/words/zh'
import { type Face, FacesProvider, ListActionsProvider, SettingsPagesProvider } from '@/record/module'
import { router } from '@/routes/tree'
import { startWords } from '@/ui/i18n'
import { watchTheme } from '@/ui/theme'
import { Toasts } from '@/ui/toast'
import './index.css'

const faces: Record<string, Face> = {}
for (const module of modules)
  for (const [object, face] of Object.entries(module.faces ?? {})) faces[object] = { ...faces[object], ...face }

const settingsPages = modules.flatMap((module) => module.settings ?? [])
const listActions = modules.flatMap((module) => module.listActions ?? [])

watchTheme()
void startWords(zh, async () => (await import('@/app/words/en')).default).then(() => {
  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <FacesProvider value={faces}>
          <SettingsPagesProvider value={settingsPages}>
            <ListActionsProvider value={listActions}>
              <RouterProvider router={router} />
            </ListActionsProvider>
          </SettingsPagesProvider>
          <Toasts />
        </FacesProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
})
