import Sqlite from 'better-sqlite3'
import { WebSocket } from 'ws'
import { pause, systemClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'
import { ControlStore } from '../../shared/store/control.ts'
import { dataFolder } from '../../shared/store/folder.ts'
import { eventually, System } from '../support/system.ts'

export interface RevocationResult {
  readonly revokes: number
  /** From the write that revokes, the longest, milliseconds. */
  readonly lastFrameMs: number
  readonly closeMs: number
  readonly medianCloseMs: number
  /** Ends with another code than 4403, or none. */
  readonly wrong: number
  /** Frames all of them together had got before. */
  readonly frames: number
  /** Revoked keys that came in again after a restart of the proxy. */
  readonly returned: number
}

interface Guest {
  readonly id: string
  readonly ws: WebSocket
  frames: number
  lastFrameAt: number
  closed: { readonly at: number; readonly code: number } | undefined
}

const SOCKETS = 200
const SYMBOLS = ['RELIANCE', 'TCS', 'SBIN', 'INFY', 'HDFCBANK'].map(symbol => `NSE:${symbol}`)
const BETWEEN_MS = 20
/** So long the database is locked after every second revocation. */
const BUSY_MS = 300
const PATIENCE_MS = 10_000
const ENTRANTS = 20

/** Revokes keys one after the other, each in use by a socket that prices flow to; half of them while the database is busy. */
export async function revokeMany(revokes: number, say: (words: string) => void = () => {}): Promise<RevocationResult> {
  const system = await System.start('[feeds.SIMULATOR]\nrate = 2000\n')
  const folder = dataFolder(loadConfig({ dataDir: system.folder }, {}))
  const store = ControlStore.open(folder)
  const lock = new Sqlite(folder.controlDb, { timeout: 5000 })
  try {
    const keys = store.atomically(() =>
      Array.from({ length: revokes + SOCKETS }, () => store.keys.create({ userId: 'trader', label: 'guest', now: 1 })),
    )
    const guests: Guest[] = []
    const letIn = async () => {
      const key = keys[guests.length]
      if (key) guests.push(await enter(system.url(), key.record.id, key.key.reveal(), guests.length))
    }
    while (guests.length < SOCKETS) await letIn()
    say(`${guests.length} sockets are in`)
    const revokedAt: number[] = []
    for (let nth = 0; nth < revokes; nth++) {
      const guest = guests[nth] as Guest
      store.keys.revoke(guest.id, systemClock.now())
      revokedAt.push(systemClock.monotonic())
      if (nth % 2 === 1) await disturb(lock)
      else await pause(systemClock, BETWEEN_MS)
      await letIn()
    }
    const gone = guests.slice(0, revokes)
    await eventually(() => gone.every(one => one.closed), PATIENCE_MS).catch(() => undefined)
    const after = (at: number, nth: number) => at - (revokedAt[nth] ?? 0)
    const closes = gone.map((one, nth) => after(one.closed?.at ?? Number.POSITIVE_INFINITY, nth)).sort((a, b) => a - b)
    const frames = gone.reduce((sum, one) => sum + one.frames, 0)
    for (const { ws } of guests) ws.terminate()
    say('all are revoked; the proxy is killed')
    await system.kill('proxy')
    await eventually(() => system.hasProxy())
    return {
      revokes,
      lastFrameMs: Math.max(...gone.map((one, nth) => after(one.lastFrameAt, nth))),
      closeMs: closes.at(-1) ?? 0,
      medianCloseMs: closes[Math.floor(closes.length / 2)] ?? 0,
      wrong: gone.filter(one => one.closed?.code !== 4403).length,
      frames,
      returned: await comeBack(
        system,
        keys.slice(0, revokes).map(({ key }) => key.reveal()),
      ),
    }
  } finally {
    lock.close()
    store.close()
    await system.close()
  }
}

async function disturb(lock: Sqlite.Database): Promise<void> {
  lock.exec('BEGIN EXCLUSIVE')
  await pause(systemClock, BUSY_MS)
  lock.exec('COMMIT')
}

/** Each from an address of its own, as from all over the world. */
const addressOf = (nth: number): string => `127.1.${Math.floor(nth / 250)}.${1 + (nth % 250)}`

async function enter(url: string, id: string, key: string, nth: number): Promise<Guest> {
  const ws = new WebSocket(url, { localAddress: addressOf(nth) })
  const guest: Guest = { id, ws, frames: 0, lastFrameAt: Number.NEGATIVE_INFINITY, closed: undefined }
  ws.on('error', () => {})
  ws.once('close', code => {
    guest.closed = { at: systemClock.monotonic(), code }
  })
  ws.on('message', () => {
    guest.frames++
    guest.lastFrameAt = systemClock.monotonic()
  })
  await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))
  ws.send(JSON.stringify({ action: 'authenticate', api_key: key }))
  ws.send(JSON.stringify({ action: 'subscribe', symbols: SYMBOLS, mode: 2 }))
  await eventually(() => guest.frames > 2)
  return guest
}

/** How many of these keys are good. */
async function comeBack(system: System, keys: readonly string[]): Promise<number> {
  const url = await eventually(() => system.url())
  let good = 0
  const rest = keys.map((key, nth) => ({ key, nth }))
  const worker = async () => {
    for (let one = rest.pop(); one; one = rest.pop()) if (await isGood(url, one.key, one.nth)) good++
  }
  await Promise.all(Array.from({ length: ENTRANTS }, worker))
  return good
}

const isGood = (url: string, key: string, nth: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const ws = new WebSocket(url, { localAddress: addressOf(nth) })
    ws.once('error', reject)
    ws.once('open', () => ws.send(JSON.stringify({ action: 'authenticate', api_key: key })))
    ws.once('message', data => {
      ws.terminate()
      resolve((JSON.parse((data as Buffer).toString()) as { status?: string }).status === 'success')
    })
  })
