import { expect, test } from 'vitest'
import { renamed } from './duplicates'

test('another object is asked by its own names, and only for what was said', () => {
  const fields = { company: 'name', phones: 'phones' }
  expect(renamed({ name: '张伟', company: '华信', phones: [1] }, fields)).toEqual({ name: '华信', phones: [1] })
  expect(renamed({ name: '张伟' }, fields)).toEqual({})
})
