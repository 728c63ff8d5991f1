import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { CopyCheck } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { faultOf } from '@/api/problem'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Candidate, Entity, Field, LinkValue, Rec } from '@/api/types'
import { fieldOf, titleOf, useEntity, useLabel, useRights } from '@/record/catalog'
import { useUndo } from '@/record/edit'
import { Editor } from '@/record/fields/value'
import { CandidateList } from '@/record/form/duplicates'
import { FormFault } from '@/record/form/form'
import { Button } from '@/ui/button'
import { Input, Labeled, Segments } from '@/ui/control'
import { Dialog } from '@/ui/dialog'
import { conversionOf, type Plan } from './convert'

type Preview = {
  customer: Rec | null
  contact: Rec | null
  deal: Rec | null
  duplicates: { customer?: Candidate[]; contact?: Candidate[] }
}
type Made = { customer: string | null; contact: string | null; deal: string | null }

/** What the conversion would make, asked anew whenever typing pauses. */
function usePreview(lead: Rec, body: Record<string, unknown> | undefined) {
  const text = JSON.stringify(body ?? null)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 300)
    return () => clearTimeout(timer)
  }, [text])
  return useQuery({
    queryKey: ['conversion', lead.id, settled],
    enabled: settled !== 'null',
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => records.tryAct<Preview>('lead', lead.id, 'convert', JSON.parse(settled), signal),
  })
}

/** Turns a lead into a customer; who it may already be is shown before anything is made. */
export default function ConvertDialog({ lead, close }: { lead: Rec; close: () => void }) {
  const { t } = useTranslation()
  const undo = useUndo()
  const navigate = useNavigate()
  const { workspace } = useParams({ from: '/w/$workspace' })
  const customer = useEntity('customer')
  const contact = useEntity('contact')
  const deal = useEntity('deal')
  const mayDeal = useRights('deal').create
  const company = String(lead.company ?? '').trim()
  const person = String(lead.name ?? '').trim()
  const [plan, setPlan] = useState<Plan>({
    customer: { make: true, taken: null, name: company || person },
    contact: { how: 'make', taken: null, name: person },
    deal: { make: false, name: company || person, amount: null },
  })
  const put = <K extends keyof Plan>(key: K, change: Partial<Plan[K]>) =>
    setPlan((now) => ({ ...now, [key]: { ...now[key], ...change } }))
  const body = conversionOf(plan)
  const preview = usePreview(lead, body)
  const convert = useMutation({
    mutationFn: (fields: Record<string, unknown>) => records.act<Made>('lead', lead.id, 'convert', fields),
    onSuccess: ({ data, changeSet }) => {
      renew()
      undo(t('sales.converted'), changeSet)
      close()
      if (data.customer)
        void navigate({ to: '/w/$workspace/$object/$id', params: { workspace, object: 'customer', id: data.customer } })
    },
  })
  const error = convert.error ?? preview.error
  const twins = preview.data?.duplicates ?? {}
  const amount = deal && fieldOf(deal, 'amount')
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={t('sales.convert_title', { name: person })}
      description={t('sales.convert_text')}
      foot={
        <>
          <Button onClick={close}>{t('ui.cancel')}</Button>
          <Button
            variant="primary"
            disabled={!body || convert.isPending || !!preview.error}
            onClick={() => body && convert.mutate(body)}
          >
            {t('sales.convert')}
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        {customer && (
          <Part entity={customer}>
            <Segments
              label={t('sales.new_or_known')}
              value={plan.customer.make ? 'make' : 'take'}
              onChange={(how) => put('customer', { make: how === 'make' })}
              options={[
                { value: 'make', label: t('sales.make') },
                { value: 'take', label: t('sales.take') },
              ]}
            />
            {plan.customer.make ? (
              <NameInput
                entity={customer}
                value={plan.customer.name}
                error={error}
                part="customer"
                onChange={(name) => put('customer', { name })}
              />
            ) : (
              <RecordPicker
                object="customer"
                entity={customer}
                value={plan.customer.taken}
                onChange={(taken) => put('customer', { taken })}
              />
            )}
            {plan.customer.make && (
              <Twins
                object="customer"
                list={twins.customer}
                choose={(record) =>
                  put('customer', { make: false, taken: { id: record.id, title: titleOf(customer, record) } })
                }
              />
            )}
          </Part>
        )}
        {contact && (
          <Part entity={contact}>
            <Segments
              label={t('sales.new_or_known')}
              value={plan.contact.how}
              onChange={(how) => put('contact', { how })}
              options={[
                { value: 'make', label: t('sales.make') },
                { value: 'take', label: t('sales.take') },
                { value: 'none', label: t('sales.none') },
              ]}
            />
            {plan.contact.how === 'make' && (
              <>
                <NameInput
                  entity={contact}
                  value={plan.contact.name}
                  error={error}
                  part="contact"
                  onChange={(name) => put('contact', { name })}
                />
                <Twins
                  object="contact"
                  list={twins.contact}
                  choose={(record) =>
                    put('contact', { how: 'take', taken: { id: record.id, title: titleOf(contact, record) } })
                  }
                />
              </>
            )}
            {plan.contact.how === 'take' && (
              <RecordPicker
                object="contact"
                entity={contact}
                value={plan.contact.taken}
                onChange={(taken) => put('contact', { taken })}
              />
            )}
          </Part>
        )}
        {deal && mayDeal && (
          <Part entity={deal}>
            <Segments
              label={t('sales.new_or_not')}
              value={plan.deal.make ? 'make' : 'none'}
              onChange={(how) => put('deal', { make: how === 'make' })}
              options={[
                { value: 'none', label: t('sales.none') },
                { value: 'make', label: t('sales.make') },
              ]}
            />
            {plan.deal.make && (
              <div className="grid gap-3 sm:grid-cols-2">
                <NameInput
                  entity={deal}
                  value={plan.deal.name}
                  error={error}
                  part="deal"
                  onChange={(name) => put('deal', { name })}
                />
                {amount && (
                  <FieldInput
                    field={amount}
                    value={plan.deal.amount}
                    fault={faultOf(error, 'deal.amount')}
                    onChange={(value) => put('deal', { amount: value })}
                  />
                )}
              </div>
            )}
          </Part>
        )}
        <FormFault error={error} known={['customer.name', 'contact.name', 'deal.name', 'deal.amount']} />
      </div>
    </Dialog>
  )
}

function Part({ entity, children }: { entity: Entity; children: ReactNode }) {
  const label = useLabel()
  return (
    <fieldset className="min-w-0 space-y-2.5 border-t pt-3 first:border-t-0 first:pt-0">
      <legend className="float-left mb-2.5 w-full text-sm font-medium">{label(entity.label)}</legend>
      <div className="clear-both space-y-2.5">{children}</div>
    </fieldset>
  )
}

function NameInput({
  entity,
  value,
  error,
  part,
  onChange,
}: {
  entity: Entity
  value: string
  error: unknown
  part: string
  onChange: (name: string) => void
}) {
  const label = useLabel()
  return (
    <Labeled label={label(fieldOf(entity, 'name')?.label)} required fault={faultOf(error, `${part}.name`)}>
      {(ids) => <Input {...ids} maxLength={200} value={value} onChange={(event) => onChange(event.target.value)} />}
    </Labeled>
  )
}

function FieldInput({
  field,
  value,
  fault,
  onChange,
}: {
  field: Field
  value: unknown
  fault: string | undefined
  onChange: (value: unknown) => void
}) {
  const label = useLabel()
  return (
    <Labeled label={label(field.label)} fault={fault}>
      {(ids) => <Editor {...ids} field={field} value={value} onChange={onChange} />}
    </Labeled>
  )
}

function RecordPicker({
  object,
  entity,
  value,
  onChange,
}: {
  object: string
  entity: Entity
  value: LinkValue | null
  onChange: (value: LinkValue | null) => void
}) {
  const label = useLabel()
  const field: Field = {
    name: object,
    kind: 'link',
    label: entity.label,
    target: object,
    right: 'write',
    required: true,
  }
  return (
    <Editor
      aria-label={label(entity.label)}
      field={field}
      value={value}
      onChange={(next) => onChange(next as LinkValue | null)}
    />
  )
}

function Twins({
  object,
  list,
  choose,
}: {
  object: string
  list: Candidate[] | undefined
  choose: (record: Rec) => void
}) {
  const { t } = useTranslation()
  return (
    <div aria-live="polite">
      {list && list.length > 0 && (
        <div className="rounded-md bg-warn-soft px-3 py-2 text-sm">
          <p className="flex items-center gap-1.5 font-medium text-warn">
            <CopyCheck className="size-4" /> {t('record.duplicates', { count: list.length })}
          </p>
          <CandidateList object={object} list={list.slice(0, 5)} choose={choose} />
        </div>
      )}
    </div>
  )
}
