import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Http, HttpAnswer, Signal } from '../../../adapters/contract.ts'
import { createDecoder } from '../../../adapters/flattrade/codec.ts'
import { master } from '../../../adapters/flattrade/instruments.ts'
import { login } from '../../../adapters/flattrade/login.ts'
import adapter from '../../../adapters/flattrade/manifest.ts'
import { quotes } from '../../../adapters/flattrade/quotes.ts'
import { session } from '../../../adapters/flattrade/session.ts'
import { type Settings, settings } from '../../../adapters/flattrade/settings.ts'
import type { Ticket } from '../../../adapters/flattrade/ticket.ts'
import { Merge } from '../../../adapters/runtime/session/merge.ts'
import { systemClock } from '../../../shared/clock.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { TopicMode } from '../../../shared/market/mode.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { until } from '../../emulators/flattrade/client.ts'
import { FlattradeEmulator } from '../../emulators/flattrade/server.ts'

let emulator: FlattradeEmulator
let addresses: Settings
const open: WebSocket[] = []

async function start(options: Parameters<typeof FlattradeEmulator.start>[0] = {}): Promise<void> {
  emulator = await FlattradeEmulator.start({ tickMs: 0, today: '2026-11-21', recorded: false, ...options })
  addresses = settings.parse(emulator.settings)
}

beforeEach(() => start())

afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate()
  await emulator.close()
})

const http: Http = async ({ url, ...request }): Promise<HttpAnswer> => {
  const answer = await fetch(url, request)
  return { status: answer.status, headers: {}, body: new Uint8Array(await answer.arrayBuffer()) }
}

/** Through the browser's way: the address, where it leads, what is pasted of that. */
async function logIn(): Promise<Ticket> {
  const credentials = { api_key: emulator.account.apiKey, api_secret: emulator.account.apiSecret }
  const page = await fetch(login.url(addresses, credentials), { redirect: 'manual' })
  const answer = login.readAnswer(page.headers.get('location') ?? '')
  return (await login.redeem({ settings: addresses, credentials, answer, http, now: systemClock.now() })).ticket
}

interface Line {
  readonly signals: Signal[]
  send(frames: readonly (string | Uint8Array)[]): void
  closed(): number | undefined
}

/** A connection that is dialled, logged in and answered as the runtime does. */
function dial(ticket: Ticket): Line {
  const { url, hello = [] } = session.dial(addresses, ticket)
  const socket = new WebSocket(url)
  open.push(socket)
  const decode = createDecoder()
  const signals: Signal[] = []
  let code: number | undefined
  socket.on('open', () => {
    for (const frame of hello) socket.send(frame)
  })
  socket.on('message', (bytes: Buffer) => {
    for (const signal of decode(bytes.toString(), systemClock.micros())) {
      signals.push(signal)
      if (signal.kind === 'reply') socket.send(signal.frame)
    }
  })
  socket.on('close', closed => {
    code = closed
  })
  return {
    signals,
    send: frames => {
      for (const frame of frames) socket.send(frame)
    },
    closed: () => code,
  }
}

const kinds = (line: Line, kind: Signal['kind']) => line.signals.filter(one => one.kind === kind)
const ready = (line: Line) => until(() => expect(kinds(line, 'ready')).toHaveLength(1))

async function readList(config = addresses): Promise<{ found: Instrument[]; skipped: string[] }> {
  const bodies: Uint8Array[] = []
  for (const request of master.requests(config, undefined)) bodies.push((await http(request)).body)
  const skipped: string[] = []
  return { found: [...master.parse(bodies, why => skipped.push(why))], skipped }
}

/** What the runtime would know of an instrument after these signals. */
function merged(line: Line, instrument: Instrument, mode: TopicMode): Tick | undefined {
  const merge = new Merge(adapter.sources)
  let tick: Tick | undefined
  for (const signal of line.signals)
    if (signal.kind === 'part' && signal.token === instrument.token)
      tick = merge.take(instrument, 0, signal, mode, systemClock.micros()) ?? tick
  return tick
}

describe('an account at the emulated broker', () => {
  it('is logged in with a code that works once', async () => {
    const ticket = await logIn()
    expect(ticket).toEqual({ user_id: 'FT000000', token: emulator.account.accessToken() })
  })

  it.each([
    ['CSV', {}],
    [
      'archives',
      {
        master_files: settings
          .parse({})
          .master_files.map(file => `${file}.zip`)
          .join(','),
      },
    ],
  ])('reads its lists as %s, each symbol as everybody knows it', async (_, change) => {
    const { found, skipped } = await readList(settings.parse({ ...emulator.settings, ...change }))
    expect(skipped).toEqual([])
    const symbols = found.map(({ exchange, symbol, token }) => `${exchange}:${symbol} ${token}`)
    const expected = emulator.scrips.map(({ contract, key }) => `${contract.exchange}:${contract.symbol} ${key}`)
    expect(symbols.sort()).toEqual(expected.sort())
  })

  it('reads the lists of another broker of the family, tick sizes too', async () => {
    const files = ['NSE', 'BSE', 'NFO', 'BFO', 'CDS', 'MCX'].map(exchange => `${exchange}_symbols.txt.zip`).join(',')
    const { found, skipped } = await readList(settings.parse({ ...emulator.settings, master_files: files }))
    expect(skipped).toEqual([])
    expect(found).toHaveLength(emulator.scrips.length)
    expect(found.find(({ symbol }) => symbol === 'ACC')).toMatchObject({ tickSize: 0.05 })
  })

  it('is told of prices until what it knows is what there is', async () => {
    await emulator.close()
    await start({ tickMs: 10 })
    const { found } = await readList()
    const line = dial(await logIn())
    await ready(line)
    for (const [symbol, mode] of [
      ['ACC', 'DEPTH'],
      ['NIFTY', 'QUOTE'],
      ['SBIN', 'LTP'],
    ] as const) {
      const instrument = found.find(one => one.symbol === symbol)
      if (!instrument) throw new RangeError(symbol)
      line.send(session.subscribe([instrument.token], mode))
      const parts = () => line.signals.filter(one => one.kind === 'part' && one.token === instrument.token)
      await until(() => expect(parts().length).toBeGreaterThan(30))
      line.send(session.unsubscribe([instrument.token], mode))
      await until(() => expect(emulator.open[0]?.subscriptions).toBe(0))
      const contract = emulator.market.find(`${instrument.exchange}:${symbol}`)
      if (!contract) throw new RangeError(symbol)
      await until(() => expect(line.signals.at(-1)).toMatchObject({ kind: 'ignored' }))
      // It does not walk while nobody wants it: this is what was said last.
      const quote = emulator.market.peek(contract)
      const tick = merged(line, instrument, mode)
      expect(tick).toMatchObject({
        ltp: quote.ltp,
        open: quote.open,
        high: quote.high,
        low: quote.low,
        previousClose: quote.previousClose,
        ...(contract.kind === 'INDEX' ? {} : { volume: quote.volume, averagePrice: quote.averagePrice }),
      })
      if (mode === 'DEPTH') expect(tick?.book).toEqual({ buy: quote.bids, sell: quote.asks })
    }
    expect(kinds(line, 'malformed')).toEqual([])
  })

  it('changes between kinds and is never without prices', async () => {
    const line = dial(await logIn())
    await ready(line)
    line.send(session.subscribe(['NSE|22'], 'LTP'))
    line.send(session.change(['NSE|22'], 'LTP', 'QUOTE'))
    line.send(session.change(['NSE|22'], 'QUOTE', 'DEPTH'))
    await until(() => expect(kinds(line, 'ignored')).toEqual([{ kind: 'ignored', what: 'answer uk' }]))
    expect(kinds(line, 'part')).toMatchObject([{ source: 'touchline' }, { source: 'touchline' }, { source: 'depth' }])
    expect([...(emulator.open[0]?.keys ?? [])]).toEqual(['NSE|22'])
    expect(emulator.open[0]?.subscribed.depth.size).toBe(1)
  })

  it('is asked for with the classic frame where the settings say so, and refused with the wrong one', async () => {
    const ticket = await logIn()
    addresses = { ...addresses, dialect: 'noren-classic' }
    const wrong = dial(ticket)
    await until(() => expect(kinds(wrong, 'refused')).toEqual([{ kind: 'refused', reason: 'NOT_OK' }]))
    expect(wrong.closed()).toBeUndefined()
    addresses = { ...addresses, stream_url: emulator.classicUrl }
    const right = dial(ticket)
    await ready(right)
    await until(() => expect(kinds(right, 'ignored')).toEqual([{ kind: 'ignored', what: 'answer ok' }]))
  })

  it('hears of its orders without waiting for an answer', async () => {
    const line = dial(await logIn())
    await ready(line)
    await until(() => expect(emulator.open[0]?.wantsOrders).toBe(true))
    emulator.faults.order({ status: 'REJECTED', rejreason: 'no margin', fillshares: '0' })
    await until(() =>
      expect(kinds(line, 'order')).toMatchObject([{ order: { status: 'rejected', rejectionReason: 'no margin' } }]),
    )
  })

  it('knows another program that takes its one connection', async () => {
    const ticket = await logIn()
    const first = dial(ticket)
    await ready(first)
    await ready(dial(ticket))
    await until(() => expect(first.closed()).toBe(1000))
    expect(session.classify({ kind: 'closed', code: 1000, reason: '' }).code).toBe('SESSION_TAKEN')
  })

  it('lives by its heartbeat', async () => {
    const line = dial(await logIn())
    await ready(line)
    line.send([session.heartbeat.send?.frame ?? ''])
    await until(() => expect(kinds(line, 'heartbeat')).toHaveLength(1))
  })

  it('counts what is cut and what is binary, and goes on', async () => {
    const line = dial(await logIn())
    await ready(line)
    line.send(session.subscribe(['NSE|22'], 'QUOTE'))
    await until(() => expect(kinds(line, 'part')).toHaveLength(1))
    emulator.faults.truncated()
    emulator.faults.garbage()
    await until(() => expect(kinds(line, 'malformed')).toHaveLength(2))
  })

  it('asks for quotes, and hears why it gets none', async () => {
    const { found } = await readList()
    const ticket = await logIn()
    const ask = async (instrument: Instrument, as = ticket) =>
      quotes.parse(await http(quotes.request(addresses, as, [instrument])), [instrument], systemClock.micros())
    const usdinr = found.find(({ symbol }) => symbol.startsWith('USDINR'))
    const contract = emulator.market.find(`CDS:${usdinr?.symbol}`)
    if (!usdinr || !contract) throw new RangeError('USDINR')
    const quote = emulator.market.peek(contract)
    expect(await ask(usdinr)).toMatchObject([
      { tick: { ltp: quote.ltp, openInterest: quote.openInterest, isPolled: true, book: { buy: quote.bids } } },
    ])
    expect(await ask({ ...usdinr, token: 'CDS|999999' })).toEqual([])
    await expect(ask(usdinr, { ...ticket, token: 'another' })).rejects.toMatchObject({ code: 'SESSION_EXPIRED' })
  })
})
