import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { faultOf, messageOf } from '@/api/problem'
import { meQuery, queryClient } from '@/api/queries'
import type { Me } from '@/api/types'
import { useMe } from '@/record/catalog'
import { Button } from '@/ui/button'
import { Input, Labeled } from '@/ui/control'
import { toast } from '@/ui/toast'
import { AdminOnly, Fault, Page } from './parts'

/** What the workspace is called. */
export default function Workspace() {
  return (
    <AdminOnly>
      <Name />
    </AdminOnly>
  )
}

function Name() {
  const { t } = useTranslation()
  const { workspace } = useMe()
  const [name, setName] = useState(workspace.name)
  const save = useMutation({
    mutationFn: () => space.patch<Me>('/workspace', { name }),
    onSuccess: ({ data }) => {
      queryClient.setQueryData(meQuery.queryKey, data)
      toast(t('settings.saved'))
    },
  })
  const fault = faultOf(save.error, 'name')
  return (
    <Page title={t('settings.workspace.title')} text={t('settings.workspace.text')}>
      <form
        className="max-w-md space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Labeled label={t('settings.workspace.name')} required fault={fault}>
          {(ids) => (
            <Input
              {...ids}
              required
              maxLength={100}
              autoComplete="organization"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Labeled>
        {!fault && <Fault error={save.error && new Error(messageOf(save.error))} />}
        <Button type="submit" variant="primary" disabled={save.isPending || name.trim() === workspace.name}>
          {t('ui.save')}
        </Button>
      </form>
    </Page>
  )
}
