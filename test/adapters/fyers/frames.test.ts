import { describe, expect, it } from 'vitest'
import {
  acknowledge,
  authenticate,
  PING,
  pauseChannels,
  requestSnapshot,
  resumeChannels,
  setMode,
  subscribe,
  unsubscribe,
} from '../../../adapters/fyers/frames.ts'
import { hasRecordings, recordedJson } from './recordings.ts'

const hex = (frame: Uint8Array): string => Buffer.from(frame).toString('hex')
const all = Array.from({ length: 30 }, (_, at) => at + 1)

/** What each captured request asks for, said again by us. */
const SAID: Readonly<Record<string, Uint8Array>> = {
  'subscribe sf|nse_cm|3045, channel 11': subscribe(['sf|nse_cm|3045'], 11),
  'subscribe sf|nse_cm|3045 and sf|nse_cm|11536, channel 11': subscribe(['sf|nse_cm|3045', 'sf|nse_cm|11536'], 11),
  'subscribe if|nse_cm|Nifty 50, channel 11': subscribe(['if|nse_cm|Nifty 50'], 11),
  'subscribe dp|nse_cm|3045, channel 1': subscribe(['dp|nse_cm|3045'], 1),
  'unsubscribe sf|nse_cm|3045, channel 11': unsubscribe(['sf|nse_cm|3045'], 11),
  'pause channels 1 and 2': pauseChannels([1, 2]),
  'pause every channel 1-30 except 11': pauseChannels(all.filter(channel => channel !== 11)),
  'resume channel 11': resumeChannels([11]),
  'lite mode, channel 11': setMode([11], 'lite'),
  'full mode, channel 11': setMode([11], 'full'),
  'snapshot request sf|nse_cm|3045': requestSnapshot(['sf|nse_cm|3045']),
  'acknowledge message 2': acknowledge(2),
  ping: PING,
}

describe('a frame to the price socket', () => {
  it('of the login names the key, the production server, the configuration wanted, and who we are', () => {
    expect(hex(authenticate('abc', 'Tickwire'))).toBe(
      '001b' + '0104' + '010003616263' + '02000150' + '03000101' + '0400085469636b77697265',
    )
    expect(authenticate('x'.repeat(56), 'JS_API')).toHaveLength(18 + 56 + 6)
  })

  it('says its true length, however many topics it holds', () => {
    for (const count of [1, 6, 1500]) {
      const topics = Array.from({ length: count }, (_, at) => `sf|nse_cm|${at}`)
      const frame = Buffer.from(subscribe(topics, 11))
      expect(frame.readUInt16BE(0)).toBe(frame.length - 2)
      expect(frame.readUInt16BE(7)).toBe(count)
    }
  })

  it('sets the bit of a channel, also above 31', () => {
    expect(hex(resumeChannels([0, 1, 11, 32, 63]))).toContain('8000000100000803')
  })

  it.runIf(hasRecordings)('is what the vendor’s library sends, byte by byte', () => {
    const { requests } = recordedJson<{ requests: { what: string; hex: string }[] }>('hsm-requests-sdk.json')
    expect(requests.map(({ what }) => what)).toEqual(Object.keys(SAID))
    for (const { what, hex: sent } of requests) expect(hex(SAID[what] ?? PING), what).toBe(sent)
  })

  it.runIf(hasRecordings)('is what was recorded, but for the length that was wrong there', () => {
    const { requests } = recordedJson<{ requests: { hex: string }[] }>('hsm-requests-recorded.json')
    const tokens = ['nse_cm|11536', 'nse_cm|25', 'nse_cm|22']
    const ours = hex(
      subscribe(
        tokens.flatMap(token => [`sf|${token}`, `dp|${token}`]),
        1,
      ),
    )
    for (const { hex: sent } of requests) expect(ours.slice(4)).toBe(sent.slice(4))
    expect(ours.slice(0, 4)).toBe('005f')
  })
})
