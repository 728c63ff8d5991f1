import { describe, expect, it } from 'vitest'
import { within } from '@/ui/i18n'
import en from './en'
import zh from './zh'

/** The keys of a tree of words; `_one` and `_other` are two forms of one word, which only English has. */
const keys = (tree: object, path = ''): string[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' ? keys(value, `${path}${key}.`) : [path + key.replace(/_(one|other)$/, '')],
  )
const holes = (text: string) =>
  (text.match(/{{\w+(?:, word)?}}/g) ?? [])
    .map((hole) => hole.replace(', word', ''))
    .sort()
    .join()
const texts = (tree: object, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object'
      ? texts(value, `${path}${key}.`)
      : [[path + key.replace(/_(one|other)$/, ''), value] as [string, string]],
  )

describe('words', () => {
  it('has the same keys in both languages', () => {
    expect([...new Set(keys(en))].sort()).toEqual([...new Set(keys(zh))].sort())
  })
  it('fills the same values into both', () => {
    const source = new Map(texts(zh))
    for (const [key, text] of texts(en)) {
      // "One customer" may leave its number out.
      if (holes(text) === '' && /^{{(count|n)}}$/.test(holes(source.get(key) ?? ''))) continue
      expect(`${key} ${holes(text)}`).toBe(`${key} ${holes(source.get(key) ?? '')}`)
    }
  })
  it('leaves no Chinese in the English and no empty word', () => {
    for (const [key, text] of texts(en)) {
      expect(text.trim(), key).not.toBe('')
      if (key !== 'app.chinese') expect(text, key).not.toMatch(/[\u4e00-\u9fff]/)
    }
  })
  it('writes names small within a sentence, but not what is written large for itself', () => {
    expect(['Tickets', 'E-mails', 'VIP customers', '工单', 'tags'].map(within)).toEqual([
      'tickets',
      'E-mails',
      'VIP customers',
      '工单',
      'tags',
    ])
  })
})
