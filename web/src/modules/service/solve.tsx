import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { faultOf } from '@/api/problem'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Rec } from '@/api/types'
import { useUndo } from '@/record/edit'
import { FormFault } from '@/record/form/form'
import { Button } from '@/ui/button'
import { Labeled, TextArea } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { toastFailure } from '@/ui/toast'

type Verb = 'solve' | 'close' | 'reopen'

/** Solves, closes or reopens a ticket. */
export function useTicketAct(ticket: Rec) {
  const { t } = useTranslation()
  const undo = useUndo()
  return useMutation({
    mutationFn: ({ verb, body }: { verb: Verb; body?: Record<string, unknown> }) =>
      records.act('ticket', ticket.id, verb, body ?? {}),
    onSuccess: ({ changeSet }, { verb }) => {
      renew()
      undo(t(`service.did.${verb}`), changeSet, 'ticket')
    },
    onError: (error: Error, { verb }) => {
      if (verb !== 'solve') toastFailure(error.message)
    },
  })
}

/** Asks how a ticket was solved. */
export function SolveDialog({ ticket, close }: { ticket: Rec; close: () => void }) {
  const { t } = useTranslation()
  const act = useTicketAct(ticket)
  const [solution, setSolution] = useState(String(ticket.solution ?? ''))
  return (
    <Dialog open onOpenChange={(open) => !open && close()} size="sm" title={t('service.solve_title')}>
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (solution.trim()) act.mutate({ verb: 'solve', body: { solution: solution.trim() } }, { onSuccess: close })
        }}
      >
        <Labeled label={t('service.solution')} required fault={faultOf(act.error, 'solution')}>
          {(ids) => (
            <TextArea
              {...ids}
              autoFocus
              rows={4}
              value={solution}
              onChange={(event) => setSolution(event.target.value)}
            />
          )}
        </Labeled>
        <FormFault error={act.error} known={['solution']} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={!solution.trim() || act.isPending}>
            {t('service.solve')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
