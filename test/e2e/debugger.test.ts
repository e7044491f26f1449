import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, isAlive, System } from '../support/system.ts'

/** Where Node opens its debugger when it is asked to by a signal. */
const DEBUGGER_PORT = 9229

let system: System

beforeAll(async () => {
  system = await System.start('[proxy]\nworkers = 2\n')
})

afterAll(() => system?.close())

/** Whether anybody listens there: then nobody else can. */
const isTaken = (port: number) =>
  new Promise<boolean>(resolve => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)))
  })

/** All processes below this one. */
function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  return children.flatMap(child => [child, ...descendants(child)])
}

describe('SIGUSR1', () => {
  it('opens the debugger in no process of a running system, and each that hears of it says so', async () => {
    const up = system.up.child.pid ?? 0
    const all = [up, ...descendants(up)]
    // up, bus, proxy, its two workers, and a feed.
    expect(all).toHaveLength(6)
    expect(await isTaken(DEBUGGER_PORT)).toBe(false)
    for (const pid of all) process.kill(pid, 'SIGUSR1')
    const told = () => system.up.err.split('\n').filter(line => line.includes('SIGUSR1 would open the debugger'))
    // Newer Nodes have a flag for children with which they do not even hear of it.
    const hearing = process.allowedNodeEnvironmentFlags.has('--disable-sigusr1') ? 1 : all.length
    await eventually(() => told().length === hearing)
    expect(await isTaken(DEBUGGER_PORT)).toBe(false)
    expect(all.every(isAlive)).toBe(true)
  })
})
