import { describe, expect, it } from 'vitest'
import { type Rights, readRights, withField, withObject, writeRights } from './rights'

describe('rights of a role', () => {
  it('are written as they are read, without what says nothing', () => {
    const rights: Rights = {
      all: { create: true, read: 'own', update: 'none', export: false },
      objects: { deal: { read: 'none' } },
      fields: { customer: { phones: 'masked' }, contact: {} },
    }
    const text = writeRights(rights)
    expect(JSON.parse(text)).toEqual({
      all: { create: true, read: 'own' },
      objects: { deal: {} },
      fields: { customer: { phones: 'masked' } },
    })
    expect(writeRights(readRights(text))).toBe(text)
  })
  it('give nothing where they cannot be read', () => {
    expect(readRights('{')).toEqual({})
  })
  it('follow those of all objects again when an object loses its own', () => {
    const own = withObject({}, 'deal', { read: 'all' })
    expect(own.objects).toEqual({ deal: { read: 'all' } })
    expect(withObject(own, 'deal', undefined).objects).toEqual({})
  })
  it('name only fields that are narrowed', () => {
    const narrow = withField({}, 'customer', 'phones', 'hidden')
    expect(narrow.fields).toEqual({ customer: { phones: 'hidden' } })
    expect(withField(narrow, 'customer', 'phones', 'write').fields).toEqual({ customer: {} })
  })
})
