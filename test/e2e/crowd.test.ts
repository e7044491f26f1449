import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { Program } from '../bench/process.ts'
import { ROOT } from '../support/source.ts'
import { eventually, System } from '../support/system.ts'

const CLIENTS = 1000
/** The promise for a thousand clients whose proxy was killed. */
const WHOLE_MS = 10_000

interface Stand {
  readonly whole: number
  readonly refused: number
}

let system: System
let crowd: Program

beforeAll(async () => {
  system = await System.start()
  const symbols = 'RELIANCE,TCS,SBIN,ITC,INFY'
  const args = [join(ROOT, 'test/support/crowd.mjs'), new URL(system.url()).port, system.key, String(CLIENTS), symbols]
  crowd = new Program({ command: process.execPath, args })
  await eventually(async () => (await stand()).whole === CLIENTS, 30_000)
}, 60_000)

afterAll(async () => {
  await crowd?.stop('SIGKILL')
  await system?.close()
})

const stand = () => crowd.ask<Stand>('stand')

it('a thousand clients of a proxy that was killed have their prices again within 10 s, and no key is refused', async () => {
  const from = systemClock.monotonic()
  const back = system.kill('proxy')
  await eventually(async () => (await stand()).whole === 0)
  await back
  await eventually(async () => (await stand()).whole === CLIENTS, WHOLE_MS)
  expect(systemClock.monotonic() - from).toBeLessThan(WHOLE_MS)
  expect((await stand()).refused).toBe(0)
})
