import { describe, expect, it } from 'vitest'
import { conversionOf, type Plan } from './convert'

const plan: Plan = {
  customer: { make: true, taken: null, name: ' 华信 ' },
  contact: { how: 'make', taken: null, name: '王敏' },
  deal: { make: false, name: '', amount: null },
}

describe('conversion', () => {
  it('makes what is to be made', () => {
    expect(conversionOf(plan)).toEqual({ customer: { name: '华信' }, contact: { name: '王敏' }, deal: null })
  })
  it('leaves to the server what nobody named', () => {
    expect(conversionOf({ ...plan, customer: { make: true, taken: null, name: '' } })).toMatchObject({ customer: {} })
  })
  it('takes who was chosen, and waits until someone is', () => {
    const taken = { ...plan, customer: { make: false, taken: { id: 'c' }, name: '华信' } }
    expect(conversionOf(taken)).toMatchObject({ customer: { id: 'c' } })
    expect(conversionOf({ ...taken, customer: { make: false, taken: null, name: '' } })).toBeUndefined()
    expect(conversionOf({ ...plan, contact: { how: 'take', taken: null, name: '' } })).toBeUndefined()
  })
  it('gives the deal its amount', () => {
    const amount = { amount: '10', currency: 'CNY' }
    expect(
      conversionOf({
        ...plan,
        contact: { how: 'none', taken: null, name: '' },
        deal: { make: true, name: 'x', amount },
      }),
    ).toEqual({
      customer: { name: '华信' },
      contact: null,
      deal: { name: 'x', amount },
    })
  })
})
