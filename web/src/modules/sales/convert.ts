import type { LinkValue } from '@/api/types'

/** What is to become of a lead: a customer, new or known, and a contact and a deal with it or not. */
export type Plan = {
  customer: { make: boolean; taken: LinkValue | null; name: string }
  contact: { how: 'make' | 'take' | 'none'; taken: LinkValue | null; name: string }
  deal: { make: boolean; name: string; amount: unknown }
}

const named = (name: string) => (name.trim() ? { name: name.trim() } : {})

/** The plan as the server takes it; nothing while something that is to be taken was not chosen yet. */
export function conversionOf({ customer, contact, deal }: Plan): Record<string, unknown> | undefined {
  if (!customer.make && !customer.taken?.id) return undefined
  if (contact.how === 'take' && !contact.taken?.id) return undefined
  return {
    customer: customer.make ? named(customer.name) : { id: customer.taken?.id },
    contact: contact.how === 'none' ? null : contact.how === 'make' ? named(contact.name) : { id: contact.taken?.id },
    deal: deal.make ? { ...named(deal.name), ...(deal.amount ? { amount: deal.amount } : {}) } : null,
  }
}
