import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Http, HttpRequest, SessionAdapter } from '../../adapters/contract.ts'
import { type SyncOptions, syncInstruments } from '../../adapters/master.ts'
import { ManualClock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { InstrumentBook } from '../../shared/store/instruments.ts'
import { temporaryFolder } from '../support/datafolder.ts'
import { rejection } from '../support/failure.ts'
import { keptLog } from '../support/log.ts'

const DAY_MS = 86_400_000

const equity = (symbol: string): Instrument => ({
  exchange: 'NSE',
  symbol,
  token: symbol,
  brokerSymbol: symbol,
  name: symbol,
  kind: 'EQ',
})

/** Its list holds symbols; those that begin with `-` cannot be served, and after `=` there is another token. */
const adapter: Pick<SessionAdapter, 'name' | 'master'> & { ticket: z.ZodType } = {
  name: 'lines',
  ticket: z.string(),
  master: {
    requests: (settings, ticket) =>
      (settings as { paths: string[] }).paths.map(
        (path): HttpRequest => ({
          method: 'GET',
          url: `https://broker.test/${path}`,
          ...(typeof ticket === 'string' && { headers: { authorization: ticket } }),
        }),
      ),
    *parse(bodies, skipped) {
      for (const body of bodies)
        for (const line of Buffer.from(body).toString().split(' ').filter(Boolean))
          if (line.startsWith('-')) skipped(`${line} is none`)
          else if (line === 'BROKEN') throw new TypeError('no such line')
          else if (line === 'CUT') throw new TickwireError('INSTRUMENTS_MALFORMED', 'cut')
          else yield { ...equity(line.replace(/=.*/, '')), token: line.replace(/.*=/, '') }
    },
    classify: ({ status }) => new TickwireError('SESSION_EXPIRED', `refused with ${status}`),
  },
}

/** A feed with a broker whose files are texts. */
function rig() {
  const clock = new ManualClock()
  const { log, lines } = keptLog()
  const folder = temporaryFolder()
  const asked: HttpRequest[] = []
  let files: Readonly<Record<string, string>> = {}
  const http: Http = async request => {
    asked.push(request)
    const text = files[new URL(request.url).pathname.slice(1)]
    return { status: text === undefined ? 403 : 200, headers: {}, body: Buffer.from(text ?? 'no') }
  }
  const book = new InstrumentBook(folder)
  return {
    clock,
    lines,
    asked,
    facts: () => book.facts('ALPHA'),
    find: (symbol: string) => book.find('ALPHA', 'NSE', symbol),
    sync: (given: Readonly<Record<string, string>>, more: Partial<SyncOptions> = {}) => {
      files = given
      const settings = { paths: Object.keys(given) }
      const options = {
        feed: 'ALPHA',
        adapter: adapter as SessionAdapter,
        settings,
        ticket: 'T',
        http,
        folder,
        clock,
        log,
      }
      return syncInstruments({ ...options, ...more })
    },
  }
}

describe('the instrument list of an account', () => {
  it('is made of all its files, in their order, asked for with the ticket', async () => {
    const { sync, asked, find } = rig()
    expect(await sync({ nse: 'A B', bse: 'C' })).toEqual({ count: 3, changed: true, skipped: 0 })
    expect(asked.map(({ url, headers }) => [url, headers])).toEqual([
      ['https://broker.test/nse', { authorization: 'T' }],
      ['https://broker.test/bse', { authorization: 'T' }],
    ])
    expect([find('A'), find('C')]).toEqual([equity('A'), equity('C')])
    await sync({ nse: 'A B', bse: 'C' }, { ticket: undefined })
    expect(asked.at(-1)?.headers).toBeUndefined()
  })

  it('says how many rows it leaves out, and which the first few are', async () => {
    const { sync, lines } = rig()
    expect(await sync({ nse: 'A -1 -2 -3 -4 -5 -6 -7' })).toEqual({ count: 1, changed: true, skipped: 7 })
    expect(lines.filter(({ level }) => level === 'debug').map(({ text }) => text)).toEqual(
      [1, 2, 3, 4, 5].map(number => `left out of the instrument list: -${number} is none`),
    )
    expect(lines.filter(({ level }) => level !== 'debug')).toEqual([
      { level: 'info', details: { feed: 'ALPHA', skipped: 7 }, text: '7 rows of the instrument list cannot be served' },
    ])
  })

  it('leaves out what has the token of another one, or none, and says what of a list of which nothing is left', async () => {
    const { sync, lines, find } = rig()
    expect(await sync({ nse: 'A=1 B=1 C= D=2' })).toEqual({ count: 2, changed: true, skipped: 2 })
    expect(['A', 'B', 'C', 'D'].filter(find)).toEqual(['A', 'D'])
    expect(lines.filter(({ level }) => level === 'debug').map(({ text }) => text)).toEqual([
      'left out of the instrument list: NSE:B: token 1 is that of NSE:A',
      'left out of the instrument list: NSE:C: token must be a text',
    ])
    expect(await rejection(sync({ nse: 'C= D=' }, { force: true }))).toMatchObject({
      message: expect.stringMatching(/nothing that can be served; .* the first: NSE:C: token must be a text$/),
    })
  })

  it('is as old as the question for it, also when nothing has changed', async () => {
    const { sync, clock, facts } = rig()
    const asked = clock.now()
    const slow: Http = async () => {
      clock.advance(3000)
      return { status: 200, headers: {}, body: Buffer.from('A') }
    }
    await sync({ nse: '' }, { http: slow })
    expect(facts()?.writtenAt).toBe(asked)
    clock.advance(DAY_MS)
    const again = clock.now()
    expect(await sync({ nse: 'A' })).toEqual({ count: 1, changed: false, skipped: 0 })
    expect(facts()?.writtenAt).toBe(again)
  })

  it.each([
    ['refused', {}, { settings: { paths: ['gone'] } }, 'SESSION_EXPIRED', 'refused with 403'],
    ['cut', { nse: 'A B C CUT' }, {}, 'INSTRUMENTS_MALFORMED', 'cut'],
    [
      'empty',
      { nse: '' },
      {},
      'INSTRUMENTS_MALFORMED',
      'The instrument list of ALPHA holds nothing that can be served',
    ],
    ['empty though it is forced', { nse: '-1' }, { force: true }, 'INSTRUMENTS_MALFORMED', /holds nothing/],
    ['ambiguous', { nse: 'A B A' }, {}, 'ADAPTER_INVALID', /has NSE:A twice/],
    [
      'what the adapter cannot read',
      { nse: 'A BROKEN' },
      {},
      'ADAPTER_INVALID',
      'Adapter lines: master.parse failed: no such line',
    ],
  ] as const)('stays the last one when the new one is %s', async (_, files, more, code, message) => {
    const { sync, facts } = rig()
    await sync({ nse: 'A B' })
    const before = facts()
    const error = await rejection(sync(files, more))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(facts()).toEqual(before)
  })
})

describe('a list that has become less than half', () => {
  it('is refused with both counts, unless it is forced', async () => {
    const { sync, clock, facts } = rig()
    await sync({ nse: 'A B C D' })
    clock.advance(DAY_MS)
    const error = await rejection(sync({ nse: 'A' }))
    expect(error).toMatchObject({ code: 'INSTRUMENTS_MALFORMED', next: expect.stringContaining('sync ALPHA') })
    expect(error.next).toContain('--force')
    expect(error.message).toBe(
      'The instrument list of ALPHA holds 1 instruments, less than half of the 4 of the last one, which stays',
    )
    expect(facts()?.count).toBe(4)
    expect(await sync({ nse: 'A' }, { force: true })).toMatchObject({ count: 1, changed: true })
  })

  it('is taken when it is half', async () => {
    const { sync } = rig()
    await sync({ nse: 'A B C D' })
    expect(await sync({ nse: 'A B' })).toMatchObject({ count: 2 })
  })

  it('is compared over a long weekend, and no longer with one of last month', async () => {
    const { sync, clock } = rig()
    await sync({ nse: 'A B C D' })
    clock.advance(4 * DAY_MS)
    expect((await rejection(sync({ nse: 'A' }))).code).toBe('INSTRUMENTS_MALFORMED')
    clock.advance(26 * DAY_MS)
    expect(await sync({ nse: 'A' })).toMatchObject({ count: 1 })
  })
})
