import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import {
  type BoundOptions,
  boundBy,
  bounded,
  boundWords,
  namesBound,
  parseExpiry,
  parseOverlap,
} from '../../scripts/bounds.ts'

/** What the words of a command line say. */
function read(...words: string[]): BoundOptions {
  const command = bounded(new Command('key'))
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  return command.parse(words, { from: 'user' }).opts()
}

describe('the options that bind a key', () => {
  it('are read into bounds', () => {
    const words = ['--exchanges', 'nse,NFO,NSE', '--modes', 'ltp,Quote', '--symbols', 'NIFTY*, RELIANCE']
    const options = read(
      ...words,
      '--from',
      '10.0.0.0/8,::1',
      '--connections',
      '2',
      '--subscriptions',
      '9',
      '--messages',
      '5',
    )
    const bounds = boundBy(options)({})
    expect(bounds).toEqual({
      exchanges: ['NSE', 'NFO'],
      modes: ['LTP', 'QUOTE'],
      symbols: ['NIFTY*', 'RELIANCE'],
      addresses: ['10.0.0.0/8', '::1'],
      quota: { connections: 2, subscriptions: 9, messagesPerSecond: 5 },
    })
    expect(boundWords(bounds).join('; ')).toBe(
      'of NSE, NFO; in ltp, quote; of NIFTY*, RELIANCE; from 10.0.0.0/8, ::1; connections: 2; subscriptions: 9; messages a second: 5',
    )
  })

  it('leave what they do not name, and lift what is to be any', () => {
    const before = { exchanges: ['NSE'], symbols: ['A*'], quota: { connections: 2, subscriptions: 3 } } as const
    expect(boundBy(read())(before)).toEqual(before)
    expect(boundBy(read('--symbols', 'any', '--connections', 'any', '--modes', 'depth'))(before)).toEqual({
      exchanges: ['NSE'],
      modes: ['DEPTH'],
      quota: { subscriptions: 3 },
    })
    const none = ['--exchanges', 'any', '--symbols', 'any', '--connections', 'any', '--subscriptions', 'any']
    expect(boundBy(read(...none))(before)).toEqual({})
    expect([namesBound(read()), namesBound(read('--from', 'any'))]).toEqual([false, true])
  })

  it.each([
    [['--exchanges', 'NFOO'], 'NFOO is no exchange; did you mean NFO?: NSE, BSE,'],
    [['--exchanges', 'NSE,'], 'Nothing is no exchange'],
    [['--modes', 'qote'], 'QOTE is no mode; did you mean QUOTE?: LTP, QUOTE, DEPTH.'],
    [['--symbols', 'A,,B'], 'A pattern is 1 to 64 printable ASCII characters'],
    [['--from', '10.0.0.0/99'], '10.0.0.0/99 is neither an IP address nor a block'],
    [['--connections', '0'], 'It is a whole number from 1.'],
  ])('say what is wrong with %j', (words, message) => {
    expect(() => read(...words)).toThrow(message)
  })

  it('say how long', () => {
    expect([parseExpiry('30d'), parseExpiry('never'), parseOverlap('10m'), parseOverlap('0')]).toEqual([
      30 * 86_400_000,
      'never',
      600_000,
      0,
    ])
    for (const text of ['', 'soon', '0']) expect(() => parseExpiry(text)).toThrow()
    expect(() => parseOverlap('-1')).toThrow()
  })
})
