import { Download, FileUp, ListChecks, Upload } from 'lucide-react'
import { lazy } from 'react'
import type { WebModule } from '@/record/module'

export const exchange: WebModule = {
  name: 'exchange',
  pages: [{ path: 'import', load: () => import('./wizard') }],
  settings: [
    { path: 'imports', label: 'exchange.imports', icon: FileUp, group: 'data', load: () => import('./imports') },
    { path: 'jobs', label: 'exchange.jobs', icon: ListChecks, group: 'system', load: () => import('./job-list') },
  ],
  listActions: [
    {
      name: 'import',
      label: 'exchange.import_list',
      icon: Upload,
      allowed: (rights) => rights.import,
      Component: lazy(() => import('./to-import')),
    },
    {
      name: 'export',
      label: 'exchange.export_list',
      icon: Download,
      allowed: (rights) => rights.export,
      Component: lazy(() => import('./export')),
    },
  ],
}
