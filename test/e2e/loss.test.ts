import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { temporaryBus } from '../support/bus.ts'
import { holds } from '../support/holds.ts'
import { ask, type Member, type Stand, standsOf, start, total } from '../support/losssystem.ts'

const SYMBOLS = 500
const RATE = 50_000
/** The bus heartbeat cuts off who is silent for 1.5 s: the shorter stop is below it, the longer one above. */
const SHORT_SECONDS = 1
const LONG_SECONDS = 2.5
/** Every heartbeat of a feed names what each lane was sent, twice a second. */
const LEARNED_MS = 1500

const cleanup: (() => void)[] = []

afterEach(() => {
  for (const undo of cleanup.splice(0).reverse()) undo()
})

/** Forwarder, publisher, a receiver that will be stopped and a witness that goes on. */
function open({ mode, mark = 100_000 }: { mode: string; mark?: number }) {
  const { addresses, remove } = temporaryBus()
  cleanup.push(remove)
  const { publish, subscribe } = addresses
  const run = (name: string, ...more: (string | number)[]): Member => {
    const member = start(name, publish, subscribe, ...more)
    cleanup.push(() => void member.kill('SIGKILL'))
    return member
  }
  const forwarder = run('lossforwarder.mjs', mark)
  const receiver = run('lossproxy.mjs', 'P1', mode, SYMBOLS)
  const witness = run('lossproxy.mjs', 'P2', mode, SYMBOLS)
  const feed = run('lossfeed.mjs', mode, SYMBOLS, RATE)
  return { forwarder, receiver, witness, feed }
}

const sequences = (stands: ReadonlyMap<string, Stand>): number => total(stands, ({ sequence }) => sequence)

/**
 * Awaits so many seconds, and their worth of ticks by the count of one who hears them or knows them lost: a busy machine
 * may make in a moment what it owes, and who stood still for that moment only is not cut off.
 */
async function flowed(member: Member, seconds: number): Promise<void> {
  const before = sequences(await standsOf(member))
  const from = systemClock.monotonic()
  await holds(async () => {
    expect(sequences(await standsOf(member))).toBeGreaterThan(before + seconds * RATE)
    expect(systemClock.monotonic() - from).toBeGreaterThan(seconds * 1000)
  })
}

/** Awaits that it knows of every publication of every topic, and returns how it came to know. */
async function settled(member: Member, published: ReadonlyMap<string, number>): Promise<Map<string, Stand>> {
  let stands = new Map<string, Stand>()
  const known = async () => {
    stands = await standsOf(member)
    expect(new Map([...stands].map(([topic, { sequence }]) => [topic, sequence]))).toEqual(published)
  }
  await holds(known, LEARNED_MS)
  for (const { got, lost, sequence } of stands.values()) expect(got + lost).toBe(sequence)
  return stands
}

describe('a receiver that stood still while everything ticked, and continues when all is silent', () => {
  it.each([
    { what: 'quotes', mode: 'QUOTE', seconds: LONG_SECONDS, mark: 100_000 },
    { what: 'depth', mode: 'DEPTH', seconds: LONG_SECONDS, mark: 100_000 },
    { what: 'depth past the mark, without being cut off', mode: 'DEPTH', seconds: SHORT_SECONDS, mark: 50 },
  ])('learns of every publication: $what', async ({ mode, seconds, mark }) => {
    const { receiver, witness, feed } = open({ mode, mark })
    await flowed(receiver, 0.2)
    receiver.kill('SIGSTOP')
    await flowed(witness, seconds)
    const published = new Map(await ask<[string, number][]>(feed, 'silent'))
    receiver.kill('SIGCONT')
    const stands = await settled(receiver, published)
    expect(total(stands, ({ lost }) => lost)).toBeGreaterThan(0)
    await settled(witness, published)
  })

  it('learns it also when there are no values to hand out any more', async () => {
    const { receiver, witness, feed } = open({ mode: 'QUOTE' })
    await flowed(receiver, 0.2)
    receiver.kill('SIGSTOP')
    await flowed(witness, LONG_SECONDS)
    const published = new Map(await ask<[string, number][]>(feed, 'forget'))
    receiver.kill('SIGCONT')
    const stands = await settled(receiver, published)
    expect(total(stands, ({ positions }) => positions)).toBe(SYMBOLS)
  })
})

it('what vanishes while the bus itself stands still is known when it goes on', async () => {
  const { forwarder, receiver, witness, feed } = open({ mode: 'QUOTE' })
  await flowed(receiver, 0.2)
  forwarder.kill('SIGSTOP')
  const count = async () => (await ask<[string, number][]>(feed, 'count')).reduce((sum, [, one]) => sum + one, 0)
  const before = await count()
  const ticked = async () => expect(await count()).toBeGreaterThan(before + LONG_SECONDS * RATE)
  await holds(ticked)
  const published = new Map(await ask<[string, number][]>(feed, 'silent'))
  forwarder.kill('SIGCONT')
  for (const member of [receiver, witness]) {
    const stands = await settled(member, published)
    expect(total(stands, ({ lost }) => lost)).toBeGreaterThan(0)
  }
})
