import { describe, expect, it } from 'vitest'
import { mentionAt, mentioned } from './mention'

describe('mentions', () => {
  it('sees a name being typed, also within Chinese', () => {
    expect(mentionAt('请@王', 3)).toEqual({ from: 1, query: '王' })
    expect(mentionAt('@', 1)).toEqual({ from: 0, query: '' })
  })
  it('sees none after a space or a full stop', () => {
    expect(mentionAt('@王敏 看', 5)).toBeUndefined()
    expect(mentionAt('@王敏，看', 5)).toBeUndefined()
    expect(mentionAt('没有', 2)).toBeUndefined()
  })
  it('keeps who is still named, once', () => {
    const wang = { id: 'a', name: '王敏' }
    const li = { id: 'b', name: '李雷' }
    expect(mentioned('@王敏 @王敏 看看', [wang, wang, li])).toEqual(['a'])
  })
})
