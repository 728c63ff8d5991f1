import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { faultOf } from '@/api/problem'
import type { Entity, Rec } from '@/api/types'
import { fieldOf, useLabel } from '@/record/catalog'
import { isEmpty } from '@/record/fields/registry'
import { Editor } from '@/record/fields/value'
import { FormFault } from '@/record/form/form'
import { Button } from '@/ui/button'
import { Labeled, TextArea } from '@/ui/control'
import { Dialog } from '@/ui/dialog'

export type Answers = { amount?: unknown; reason?: string; remark?: string }

/** Asks what a deal needs to be over: the amount that was won, or why it was lost. */
export function Ending({
  entity,
  deal,
  kind,
  submit,
  close,
}: {
  entity: Entity
  deal: Rec
  kind: 'won' | 'lost'
  submit: (answers: Answers) => Promise<unknown>
  close: () => void
}) {
  const { t } = useTranslation()
  const label = useLabel()
  const [amount, setAmount] = useState<unknown>(deal.amount ?? null)
  const [reason, setReason] = useState('')
  const [remark, setRemark] = useState('')
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const money = fieldOf(entity, 'amount')
  const why = fieldOf(entity, 'lost_reason')
  const ready = kind === 'won' ? !isEmpty(amount) : reason !== ''
  async function send(event: React.FormEvent) {
    event.preventDefault()
    if (!ready || busy) return
    setBusy(true)
    setError(undefined)
    try {
      await submit(kind === 'won' ? { amount } : { reason, ...(remark.trim() ? { remark: remark.trim() } : {}) })
      close()
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      size="sm"
      title={t(kind === 'won' ? 'sales.win_title' : 'sales.lose_title')}
      description={String(deal.name ?? deal.title ?? '')}
    >
      <form noValidate className="space-y-4" onSubmit={(event) => void send(event)}>
        {kind === 'won' && money && (
          <Labeled label={label(money.label)} required fault={faultOf(error, 'amount')}>
            {(ids) => <Editor {...ids} autoFocus field={money} value={amount} onChange={setAmount} />}
          </Labeled>
        )}
        {kind === 'lost' && why && (
          <>
            <div role="radiogroup" aria-label={label(why.label)} className="grid grid-cols-2 gap-2">
              {why.options
                ?.filter((option) => !option.retired)
                .map((option) => (
                  <label
                    key={option.name}
                    className="flex min-h-9 items-center gap-2 rounded-md border px-3 text-sm has-checked:border-primary has-checked:bg-primary-soft pointer-coarse:min-h-11"
                  >
                    <input
                      type="radio"
                      name="reason"
                      value={option.name}
                      checked={reason === option.name}
                      onChange={() => setReason(option.name)}
                      className="accent-primary"
                    />
                    {label(option.label)}
                  </label>
                ))}
            </div>
            <Labeled label={t('sales.remark')}>
              {(ids) => (
                <TextArea
                  {...ids}
                  rows={2}
                  placeholder={t('sales.lose_hint')}
                  value={remark}
                  onChange={(event) => setRemark(event.target.value)}
                />
              )}
            </Labeled>
          </>
        )}
        <FormFault error={error} known={['amount']} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={!ready || busy}>
            {t(kind === 'won' ? 'sales.win' : 'sales.lose')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
