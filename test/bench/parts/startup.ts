import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { pause, systemClock } from '../../../shared/clock.ts'
import { type Bench, type Findings, type Part, sized } from '../part.ts'
import type { Program } from '../process.ts'
import { appearance, tickwireProcess, tickwireSays } from '../system.ts'

/** How long a person waits for the first price. */
export const startup: Part = { name: 'startup', run }

interface Times {
  /** Until the proxy listens, and until the first price is with a client; milliseconds. */
  readonly listening: number
  readonly price: number
}

async function run(bench: Bench): Promise<Findings> {
  const folder = mkdtempSync('/tmp/tw-')
  const all: Times[] = []
  try {
    const key = (await tickwireSays(folder, 'key', 'create', 'bench')).trim()
    for (let nth = 0; nth < sized(bench, 5, 1); nth++) {
      bench.say(`startup: ${nth + 1}`)
      all.push(await start(folder, key))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const column = (of: (times: Times) => number) => {
    const sorted = all.map(of).sort((a, b) => a - b)
    const middle = sorted[Math.floor(sorted.length / 2)] ?? 0
    return `${middle.toFixed(0)} ms (${(sorted[0] ?? 0).toFixed(0)} to ${(sorted.at(-1) ?? 0).toFixed(0)})`
  }
  return {
    tables: [
      {
        title: 'Start-up',
        meaning: `\`tickwire up\` in a folder that was used before: from the start of the process, the middle of ${all.length} starts.`,
        head: ['until', 'after'],
        rows: [
          ['the proxy listens', column(times => times.listening)],
          ['the first price is with a client', column(times => times.price)],
        ],
      },
    ],
    aims: [],
  }
}

async function start(folder: string, key: string): Promise<Times> {
  const began = systemClock.monotonic()
  const up = tickwireProcess(folder, ['up', '--port', 'auto'])
  try {
    const { port } = JSON.parse(await appearance(join(folder, 'run/proxy.json'), up))
    const listening = systemClock.monotonic() - began
    await firstPrice(port, key, up)
    return { listening, price: systemClock.monotonic() - began }
  } finally {
    await up.stop()
  }
}

/** Asks again until the feed is there: a symbol of a feed that has never run is not known yet. */
async function firstPrice(port: number, key: string, up: Program): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  let found = false
  socket.on('error', () => {})
  socket.on('message', (data: Buffer) => {
    found ||= data.includes('"market_data"')
  })
  await new Promise(resolve => socket.once('open', resolve))
  socket.send(JSON.stringify({ action: 'authenticate', api_key: key }))
  const symbols = [{ exchange: 'NSE', symbol: 'RELIANCE' }]
  while (!found) {
    if (up.hasEnded) throw new Error(`tickwire up ended: ${up.errors}`)
    socket.send(JSON.stringify({ action: 'subscribe', symbols, mode: 'Quote' }))
    for (let nth = 0; nth < 20 && !found; nth++) await pause(systemClock, 1)
  }
  socket.terminate()
}
