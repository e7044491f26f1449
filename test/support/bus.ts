import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type BusAddresses, busAddresses } from '../../bus/addresses.ts'
import type { Bus, BusMessage } from '../../bus/bus.ts'
import { holds } from './holds.ts'

/** One running bus under test. */
export interface BusRig {
  open(): Bus
  /** Sends the plain two-part form, as a program in another language does. */
  publishPlain(topic: string, body: Buffer): Promise<void>
  /** The forwarder goes away, as if killed. */
  stop(): Promise<void>
  /** It is there again. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** A folder of its own for the sockets of one test; `remove` it at the end. */
export function temporaryBus(): { folder: string; addresses: BusAddresses; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tw-bus-'))
  return {
    folder,
    addresses: busAddresses({ runDir: folder, tcp: undefined }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Collects what a door receives from now on. */
export function listen(bus: Bus): BusMessage[] {
  const messages: BusMessage[] = []
  bus.onMessage(message => messages.push(message))
  return messages
}

/** What is demanded of a door, kept up to date. */
export function watchDemand(bus: Bus): Set<string> {
  const wanted = new Set<string>()
  bus.onDemand((filter, on) => {
    if (on) wanted.add(filter)
    else wanted.delete(filter)
  })
  return wanted
}

/** The changes of a door's connection from now on. */
export function watchConnection(bus: Bus): boolean[] {
  const changes: boolean[] = []
  bus.onConnection(connected => changes.push(connected))
  return changes
}

/** Awaits a condition; says in the failure what it was. */
export const until = (what: string, condition: () => boolean, timeout = 10_000): Promise<void> =>
  holds(() => expect(condition(), what).toBe(true), timeout, 5)
