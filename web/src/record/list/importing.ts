import { useNavigate, useParams } from '@tanstack/react-router'
import { useRights } from '@/record/catalog'

/** Leads to the import of an object, where one may import. */
export function useImport(object: string): (() => void) | undefined {
  const navigate = useNavigate()
  const rights = useRights(object)
  const { workspace } = useParams({ from: '/w/$workspace' })
  if (!rights.import) return undefined
  return () => void navigate({ to: `/w/${workspace}/import/${object}` as '/' })
}
