import { describe, expect, it } from 'vitest'
import { both, can, nameFrom } from './meta'

describe('definitions', () => {
  it('are named by their English words, or by chance', () => {
    expect(nameFrom('Site Visit!', 'x_')).toBe('x_site_visit')
    expect(nameFrom('项目', 'x_')).toMatch(/^x_[a-z][a-z0-9]*$/)
    expect(nameFrom('9 lives', 'x_')).toMatch(/^x_[a-z]/)
    expect(nameFrom('a'.repeat(60), 'x_').length).toBeLessThanOrEqual(28)
  })
  it('have a label in both languages', () => {
    expect(both('项目', '')).toEqual({ zh: '项目', en: '项目' })
    expect(both(' ', 'Project')).toEqual({ zh: 'Project', en: 'Project' })
  })
  it('offer what a kind understands', () => {
    expect(can.options('choice')).toBe(true)
    expect(can.unique('tags')).toBe(false)
    expect(can.range('text')).toBe(false)
  })
})
