import { useNavigate, useParams } from '@tanstack/react-router'
import { createContext, type ReactNode, Suspense, useCallback, useContext, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Rec } from '@/api/types'
import { useEntity, useLabel } from '@/record/catalog'
import { useFace } from '@/record/module'
import { Dialog } from '@/ui/dialog'
import { Skeleton } from '@/ui/states'
import type { Draft } from './draft'
import { RecordForm } from './form'

type Create = (object: string, initial?: Draft, onDone?: (saved: Rec) => void) => void

const Context = createContext<Create>(() => undefined)

/** Opens the form of a new record over whatever page one is on. */
export const useCreate = () => useContext(Context)

type Request = { object: string; initial?: Draft; onDone?: (saved: Rec) => void }

export function CreateProvider({ children }: { children: ReactNode }) {
  const [request, setRequest] = useState<Request>()
  const create = useCallback<Create>(
    (object, initial, onDone) => setRequest({ object, ...(initial ? { initial } : {}), ...(onDone ? { onDone } : {}) }),
    [],
  )
  return (
    <Context.Provider value={create}>
      {children}
      {request && <CreateDialog request={request} close={() => setRequest(undefined)} />}
    </Context.Provider>
  )
}

function CreateDialog({ request, close }: { request: Request; close: () => void }) {
  const { t } = useTranslation()
  const label = useLabel()
  const entity = useEntity(request.object)
  const { Form } = useFace(request.object)
  const navigate = useNavigate()
  const { workspace } = useParams({ from: '/w/$workspace' })
  if (!entity) return null
  const done = (saved: Rec) => {
    close()
    if (request.onDone) request.onDone(saved)
    else if (saved?.id)
      void navigate({ to: '/w/$workspace/$object/$id', params: { workspace, object: entity.name, id: saved.id } })
  }
  const props = { entity, onDone: done, onCancel: close, ...(request.initial ? { initial: request.initial } : {}) }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      size="lg"
      title={t('record.new_one', { name: label(entity.label) })}
    >
      <Suspense fallback={<Skeleton lines={6} />}>{Form ? <Form {...props} /> : <RecordForm {...props} />}</Suspense>
    </Dialog>
  )
}
