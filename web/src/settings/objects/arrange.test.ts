import { describe, expect, it } from 'vitest'
import { drop, grow, type Part, partsOf, put, sectionsOf, shift, step } from './arrange'

const label = (text: string) => ({ zh: text, en: text })
const parts: Part[] = [
  { key: 0, label: label('a'), fields: ['one', 'two', 'three'] },
  { key: 1, label: label('b'), fields: ['four'] },
]
const told = (list: Part[]) => list.map((part) => `${part.label.zh}: ${part.fields.join(' ')}`)

describe('a layout is arranged', () => {
  it('leaves out what the system keeps, and sections without fields', () => {
    const made = partsOf(
      [...sectionsOf(parts), { label: label('s'), fields: ['created_at'] }],
      (n) => n === 'created_at',
    )
    expect(told(made)).toEqual(['a: one two three', 'b: four'])
    expect(partsOf([], () => false)).toHaveLength(1)
    expect(sectionsOf(grow(parts))).toEqual(sectionsOf(parts))
  })
  it('moves a field within its section and over its edge', () => {
    expect(told(step(parts, 'two', -1))).toEqual(['a: two one three', 'b: four'])
    expect(told(step(parts, 'three', 1))).toEqual(['a: one two', 'b: three four'])
    expect(told(step(parts, 'four', -1))).toEqual(['a: one two three four', 'b: '])
    expect(step(parts, 'one', -1)).toBe(parts)
    expect(step(parts, 'four', 1)).toBe(parts)
  })
  it('puts a field before the one that it is dropped on', () => {
    expect(told(put(parts, 'one', 0, 2))).toEqual(['a: two one three', 'b: four'])
    expect(told(put(parts, 'three', 0, 0))).toEqual(['a: three one two', 'b: four'])
    expect(told(put(parts, 'one', 1, 0))).toEqual(['a: two three', 'b: one four'])
    expect(told(put(parts, 'one', 1))).toEqual(['a: two three', 'b: four one'])
    expect(told(put(parts, 'two', 0, 1))).toEqual(told(parts))
  })
  it('moves and takes away whole sections, and loses no field', () => {
    expect(told(shift(parts, 1, -1))).toEqual(['b: four', 'a: one two three'])
    expect(shift(parts, 1, 1)).toBe(parts)
    expect(told(drop(parts, 1))).toEqual(['a: one two three four'])
    expect(told(drop(parts, 0))).toEqual(['b: one two three four'])
    expect(drop(drop(parts, 0), 1)).toHaveLength(1)
  })
})
