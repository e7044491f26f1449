import { WebSocket } from 'ws'
import { systemClock } from '../../../shared/clock.ts'
import { isDerivative } from '../../emulators/kit/contract.ts'
import { type Fault, ONE_BROKER } from '../fault.ts'
import type { Stage } from '../stage.ts'

const WARM_MS = 250
const COLD_MS = 2000
const SAMPLES = 100
const SHORT_SAMPLES = 20
const PATIENCE_MS = 10_000

/** Milliseconds from the request to the first frame, one instrument after another on a connection that stands. */
async function firstFrames(
  stage: Stage,
  instruments: readonly { exchange: string; symbol: string }[],
): Promise<number[]> {
  const socket = new WebSocket(stage.url() ?? '')
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const seen = new Map<string, number>()
  socket.on('message', data => {
    const message = JSON.parse((data as Buffer).toString()) as { type?: string; exchange: string; symbol: string }
    const name = `${message.exchange}:${message.symbol}`
    if (message.type === 'market_data' && !seen.has(name)) seen.set(name, systemClock.monotonic())
  })
  socket.send(JSON.stringify({ action: 'authenticate', api_key: stage.key }))
  const times: number[] = []
  for (const { exchange, symbol } of instruments) {
    const from = systemClock.monotonic()
    socket.send(JSON.stringify({ action: 'subscribe', mode: 'Quote', symbols: [{ exchange, symbol }] }))
    const at = await stage.eventually(() => seen.get(`${exchange}:${symbol}`), PATIENCE_MS)
    times.push((at ?? Number.POSITIVE_INFINITY) - from)
  }
  socket.terminate()
  return times.sort((one, other) => one - other)
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

const said = (what: string, times: readonly number[]): string =>
  `${what} p50 ${Math.round(quantile(times, 0.5))} ms, p99 ${Math.round(quantile(times, 0.99))} ms`

export const first: Fault = {
  name: 'first-frame',
  about: 'no fault: subscribe to first frame, of an instrument that somebody holds (warm) and that nobody holds (cold)',
  limits: {},
  runs: 1,
  promise: 'P4',
  stage: ONE_BROKER,
  async run({ stage, isShort }) {
    const count = isShort ? SHORT_SAMPLES : SAMPLES
    const { held } = stage.client
    const names = new Set(held.map(({ symbol }) => symbol))
    const free = stage.contracts().filter(one => isDerivative(one) && one.exchange === 'NFO' && !names.has(one.symbol))
    const warm = await firstFrames(stage, held)
    const cold = await firstFrames(stage, free.slice(0, count))
    const faults: string[] = []
    if (quantile(warm, 0.99) > WARM_MS) faults.push(`warm: p99 over ${WARM_MS} ms`)
    if (quantile(cold, 0.99) > COLD_MS) faults.push(`cold: p99 over ${COLD_MS} ms`)
    return { faults, note: `${said('warm', warm)}; ${said('cold', cold)}` }
  },
}
