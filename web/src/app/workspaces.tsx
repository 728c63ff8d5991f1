import { useQuery } from '@tanstack/react-query'
import { Link, Navigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/problem'
import { workspacesQuery } from '@/api/queries'
import { Mark } from '@/ui/badge'
import { Failure, Skeleton } from '@/ui/states'
import { Gate } from './gate'

/** The start page: on to the only workspace, or a choice of several. */
export default function Workspaces() {
  const { t } = useTranslation()
  const { data, error, isPending, refetch } = useQuery(workspacesQuery)
  if (error instanceof Problem && error.status === 401) return <Navigate to="/sign-in" replace />
  const only = data?.workspaces.length === 1 ? data.workspaces[0] : undefined
  if (only) return <Navigate to="/w/$workspace" params={{ workspace: only.slug }} replace />
  return (
    <Gate title={t('app.workspaces')} text={data?.workspaces.length === 0 ? t('app.no_workspace') : undefined}>
      {isPending && <Skeleton />}
      {error && <Failure error={error} retry={() => refetch()} />}
      <ul className="space-y-2">
        {data?.workspaces.map((workspace) => (
          <li key={workspace.slug}>
            <Link
              to="/w/$workspace"
              params={{ workspace: workspace.slug }}
              className="flex h-12 items-center gap-3 rounded-lg border bg-surface px-3 shadow-card hover:bg-hover"
            >
              <Mark name={workspace.name} />
              <span className="flex-1 truncate font-medium">{workspace.name}</span>
              <span className="text-xs text-subtle">{workspace.slug}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Gate>
  )
}
