import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Needles } from '../../shared/needles.ts'

const needle = fc.string({ unit: fc.constantFrom('a', 'b', '1', '/', 'é'), minLength: 4, maxLength: 9 })

describe('needles', () => {
  it('are found wherever they stand, as plain search would', () => {
    const hay = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é'), maxLength: 60 })
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 4, maxLength: 9 }), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(words, hay, (texts, text) => {
        expect(new Needles(texts).areIn(text)).toBe(texts.some(one => text.includes(one)))
      }),
    )
  })

  it('are all gone after they were replaced', () => {
    fc.assert(
      fc.property(fc.array(needle, { minLength: 1, maxLength: 5 }), fc.string(), (texts, between) => {
        const hidden = texts.filter(text => !/^\d+$/.test(text))
        const out = new Needles(hidden).replace(hidden.join(`${between} `), '*')
        for (const one of hidden) expect(out.includes(one)).toBe(between.includes(one))
      }),
    )
  })

  it('that begin at one place give way to the longest', () => {
    expect(new Needles(['secret', 'secret-of-asha']).replace('the secret-of-asha!', '*')).toBe('the *!')
  })

  it('of fewer than four characters are not looked for', () => {
    expect(new Needles(['abc', '']).areIn('abc')).toBe(false)
  })

  it('of a few digits are no part of a longer number', () => {
    const pin = new Needles(['4711'])
    expect(pin.replace('pin=4711, at 147112, x4711y', '*')).toBe('pin=*, at 147112, x*y')
    expect(new Needles(['12345678']).areIn('0123456789')).toBe(true)
  })

  it('leave a text without any of them as it is', () => {
    expect(new Needles(['canary']).replace('nothing here', '*')).toBe('nothing here')
    expect(new Needles([]).areIn('canary')).toBe(false)
  })
})
