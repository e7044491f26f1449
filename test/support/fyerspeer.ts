import { WebSocket } from 'ws'
import type { Http, SessionAdapter, Sibling, Signal, Stream } from '../../adapters/contract.ts'
import manifest from '../../adapters/fyers/manifest.ts'
import { type Settings, settings } from '../../adapters/fyers/settings.ts'
import type { Ticket } from '../../adapters/fyers/ticket.ts'
import { Merge } from '../../adapters/runtime/session/merge.ts'
import { systemClock } from '../../shared/clock.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import type { Tick } from '../../shared/market/tick.ts'
import type { FyersEmulator } from '../emulators/fyers/server.ts'

type Fyers = SessionAdapter<Settings, unknown, Ticket>

export const adapter = manifest as unknown as Fyers

/** The adapter's addresses at this emulator. */
export const settingsOf = (emulator: FyersEmulator): Settings => settings.parse(emulator.settings)

export const http: Http = async ({ url, ...request }) => {
  const answer = await fetch(url, request)
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: new Uint8Array(await answer.arrayBuffer()),
  }
}

/** Through the browser's way: the address, where it leads, what is pasted of that. */
export async function logIn(emulator: FyersEmulator, pin?: string): Promise<Ticket> {
  const { appId: app_id, appSecret: app_secret } = emulator.account
  const credentials = { app_id, app_secret, ...(pin === undefined ? {} : { pin }) }
  const addresses = settingsOf(emulator)
  const redirected = await fetch(adapter.login.url?.(addresses, credentials, 'state 1&2') ?? '', { redirect: 'manual' })
  const answer = adapter.login.readAnswer(redirected.headers.get('location') ?? '')
  const now = systemClock.now()
  return (await adapter.login.redeem({ settings: addresses, credentials, answer, http, now })).ticket
}

/** The emulator's whole list, by `NSE:SBIN`, as the adapter reads it; what it left out is told. */
export async function listOf(
  emulator: FyersEmulator,
  skipped: string[] = [],
): Promise<ReadonlyMap<string, Instrument>> {
  const bodies: Uint8Array[] = []
  for (const request of adapter.master.requests(settingsOf(emulator), undefined))
    bodies.push((await http(request)).body)
  const list = [...adapter.master.parse(bodies, why => skipped.push(why))]
  return new Map(list.map(one => [`${one.exchange}:${one.symbol}`, one]))
}

/** One account at an emulator as the runtime would drive it, without the runtime: its sockets by hand. */
export class Peer {
  readonly #emulator: FyersEmulator
  readonly #ticket: Ticket
  readonly #merge = new Merge(adapter.sources)
  readonly #wanted = new Map<string, { instrument: Instrument; mode: TopicMode }>()
  readonly #sockets = new Set<WebSocket>()
  /** Everything that was read on all sockets, but ticks. */
  readonly signals: Signal[] = []
  /** By token of the instrument: what is known. */
  readonly ticks = new Map<string, Tick>()
  /** What ended a socket, or kept it from beginning, by code. */
  readonly ends: string[] = []

  constructor(emulator: FyersEmulator, ticket: Ticket) {
    this.#emulator = emulator
    this.#ticket = ticket
  }

  /** Of this kind: the main one, `books`, `orders`. */
  open(name?: string): { readonly socket: WebSocket; want(instruments: readonly Instrument[], mode: TopicMode): void } {
    const stream: Stream<Settings, Ticket> | undefined =
      name === undefined ? adapter : adapter.siblings?.find((one: Sibling<Settings, Ticket>) => one.name === name)
    if (!stream) throw new RangeError(`no socket ${name}`)
    const place = name === undefined ? 0 : 1
    const { url, headers, hello = [] } = stream.session.dial(settingsOf(this.#emulator), this.#ticket)
    const socket = new WebSocket(url, { headers: { ...headers } })
    this.#sockets.add(socket)
    const decode = stream.createDecoder()
    socket.on('open', () => {
      for (const frame of hello) socket.send(frame)
    })
    socket.on('message', (bytes: Buffer, isBinary) => {
      const receivedAt = systemClock.micros()
      for (const signal of decode(isBinary ? bytes : bytes.toString(), receivedAt)) {
        if (signal.kind === 'reply') socket.send(signal.frame)
        if (signal.kind === 'part') this.#take(signal, place, receivedAt)
        else this.signals.push(signal)
      }
    })
    const end = (failure: Parameters<typeof stream.session.classify>[0]) =>
      this.ends.push(stream.session.classify(failure).code)
    socket.on('unexpected-response', (_request, { statusCode = 0 }) =>
      end({ kind: 'handshake', status: statusCode, body: '' }),
    )
    socket.on('close', (code, reason) => end({ kind: 'closed', code, reason: reason.toString() }))
    socket.on('error', () => {})
    const tokenOf = (instrument: Instrument) => stream.tokenOf?.(instrument) ?? instrument.token
    return {
      socket,
      want: (instruments, mode) => {
        for (const instrument of instruments) this.#wanted.set(tokenOf(instrument), { instrument, mode })
        const carried = instruments.flatMap(one => (stream.carries ? (stream.carries(one, mode) ?? []) : mode))[0]
        if (carried === undefined) return
        for (const frame of stream.session.subscribe(instruments.map(tokenOf), carried)) socket.send(frame)
      },
    }
  }

  heard(kind: Signal['kind']): boolean {
    return this.signals.some(signal => signal.kind === kind)
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate()
  }

  #take(signal: Extract<Signal, { kind: 'part' }>, stream: number, receivedAt: number): void {
    const wanted = this.#wanted.get(signal.token)
    if (!wanted) return
    const tick = this.#merge.take(wanted.instrument, stream, signal, wanted.mode, receivedAt)
    if (tick) this.ticks.set(wanted.instrument.token, tick)
  }
}
