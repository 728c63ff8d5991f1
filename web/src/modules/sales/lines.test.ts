import { describe, expect, it } from 'vitest'
import { amountText, blankLine, type Line, linesOf, scaled, totalOf, writeLines } from './lines'

const line = (quantity: string, price: string, discount = ''): Line => ({
  ...blankLine('CNY'),
  product: { id: 'p', title: '泵' },
  quantity,
  price,
  discount,
})

describe('order lines', () => {
  it('reads decimals exactly', () => {
    expect(scaled('1.5', 3)).toBe(1500n)
    expect(scaled('0.001', 3)).toBe(1n)
    expect(scaled('0.0001', 3)).toBeUndefined()
    expect(scaled('-1', 2)).toBeUndefined()
    expect(scaled('', 2)).toBeUndefined()
  })
  it('multiplies without a float and rounds half up', () => {
    expect(amountText(line('3', '19.99'))).toBe('59.97')
    expect(amountText(line('0.5', '0.01'))).toBe('0.01')
    expect(amountText(line('1', '100', '12.5'))).toBe('87.50')
    expect(amountText(line('3', '0.10', '33.33'))).toBe('0.20')
    expect(amountText(line('1', '9007199254740993.01'))).toBe('9007199254740993.01')
  })
  it('has no amount while a figure is missing or wrong', () => {
    expect(amountText(line('', '1'))).toBeUndefined()
    expect(amountText(line('1', 'x'))).toBeUndefined()
    expect(amountText(line('1', '1', '101'))).toBeUndefined()
  })
  it('adds up what is written, less the discount', () => {
    const blank = blankLine('CNY')
    expect(totalOf([line('2', '10'), blank], { amount: '5', currency: 'CNY' })).toEqual({
      amount: '15.00',
      currency: 'CNY',
    })
    expect(totalOf([line('2', '10'), { ...line('1', '1'), currency: 'USD' }], null)).toBeUndefined()
    expect(totalOf([blank], null)).toBeUndefined()
  })
  it('counts yen without places', () => {
    expect(totalOf([{ ...line('3', '100'), currency: 'JPY' }], null)).toEqual({ amount: '300', currency: 'JPY' })
  })
  it('writes what it read, and no blank line', () => {
    const order = {
      id: 'o',
      version: 1,
      lines: [
        {
          id: 'l',
          version: 1,
          product: { id: 'p' },
          quantity: '2.000',
          price: { amount: '3.00', currency: 'CNY' },
          description: null,
        },
      ],
    }
    expect(writeLines([...linesOf(order, 'CNY'), blankLine('CNY')])).toEqual([
      {
        id: 'l',
        product: 'p',
        description: null,
        quantity: '2',
        price: { amount: '3.00', currency: 'CNY' },
        discount_percent: null,
      },
    ])
  })
})
