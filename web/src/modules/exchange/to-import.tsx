import { Navigate, useParams } from '@tanstack/react-router'
import type { Entity } from '@/api/types'

/** Leads from a list to the import of its object. */
export default function ToImport({ entity }: { entity: Entity }) {
  const { workspace } = useParams({ strict: false })
  return <Navigate to={`/w/${workspace}/import` as '/'} search={{ object: entity.name } as never} />
}
