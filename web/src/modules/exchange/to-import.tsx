import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Entity } from '@/api/types'

/** Leads from a list to the import of its object, once. */
export default function ToImport({ entity, close }: { entity: Entity; close: () => void }) {
  const { workspace } = useParams({ strict: false })
  const navigate = useNavigate()
  useEffect(() => {
    close()
    void navigate({ to: `/w/${workspace}/import` as '/', search: { object: entity.name } as never })
  }, [navigate, close, workspace, entity.name])
  return null
}
