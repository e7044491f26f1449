import { createHmac } from 'node:crypto'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Codes of an authenticator app (RFC 6238) at an instant, the one before it and the one after it. */
export function codesAt(secret: string, now: number): readonly string[] {
  const bits = Array.from(secret, letter => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map(byte => Number.parseInt(byte, 2)))
  const step = Math.floor(now / 30_000)
  return [step, step - 1, step + 1].map(counter => {
    const moving = Buffer.from(counter.toString(16).padStart(16, '0'), 'hex')
    const hex = createHmac('sha1', key).update(moving).digest('hex')
    const place = Number.parseInt(hex.slice(-1), 16) * 2
    const number = Number.parseInt(hex.slice(place, place + 8), 16) % 2 ** 31
    return `${number}`.padStart(10, '0').slice(-6)
  })
}
