import { describe, expect, it } from 'vitest'
import { EVERY } from '../../proxy/delivery.ts'
import { CLASSIC } from '../../proxy/features.ts'
import { authReply, type SubscribeResult, subscribeReply } from '../../proxy/replies.ts'

const AUTH =
  '{"type":"auth","status":"success","message":"Authentication successful","broker":"testbroker","user_id":"alice",' +
  '"supported_features":{"ltp":true,"quote":true,"depth":true}'

describe('the reply to a good key', () => {
  it('is for a classic client what it always was', () => {
    expect(authReply('testbroker', 'alice', undefined)).toBe(`${AUTH}}`)
    expect(authReply('testbroker', 'alice', '7', undefined)).toBe(`${AUTH},"request_id":7}`)
  })

  it('names what is granted to a client that asked, before the echoed id', () => {
    const features = { ...CLASSIC, seq: true, resume: true }
    expect(authReply('testbroker', 'alice', '7', features)).toBe(`${AUTH},"features":["seq","resume"],"request_id":7}`)
    expect(authReply('testbroker', 'alice', undefined, CLASSIC)).toBe(`${AUTH},"features":[]}`)
  })
})

describe('the reply to a subscription', () => {
  const ITEM = '{"symbol":"TCS","exchange":"NSE","status":"success","mode":"Quote","depth":5,"broker":"testbroker"'
  const answered = (outcome: Partial<SubscribeResult['outcome']>) => {
    const item = { symbol: 'TCS', exchange: 'NSE', broker: 'testbroker' }
    const ok = { ok: true, mode: 'QUOTE', depth: 5, ...outcome } as SubscribeResult['outcome']
    const text = subscribeReply([{ ...item, outcome: ok }], 'testbroker', undefined)
    return /\[(.*)\],"message"/.exec(text)?.[1]
  }

  it.each([
    ['nothing', {}, ''],
    ['every tick', { delivery: EVERY }, ',"policy":"every"'],
    ['a pace', { delivery: { ...EVERY, policy: 'latest', intervalMs: 250 } }, ',"policy":"latest","interval_ms":250'],
    ['fields', { delivery: { ...EVERY, fields: ['ltp', 'oi'] } }, ',"policy":"every","fields":["ltp","oi"]'],
    ['its place, and got it', { recovered: true }, ',"recovered":true'],
    ['both, in vain', { delivery: EVERY, recovered: false }, ',"policy":"every","recovered":false'],
  ] as const)('says behind the classic keys what was asked: %s', (_, outcome, more) => {
    expect(answered(outcome)).toBe(`${ITEM}${more}}`)
  })
})
