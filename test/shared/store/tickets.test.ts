import { expect, onTestFinished, test } from 'vitest'
import { scrub } from '../../../shared/redaction.ts'
import { Secret } from '../../../shared/secret.ts'
import { ControlStore } from '../../../shared/store/control.ts'
import { temporaryFolder } from '../../support/datafolder.ts'

const NOW = 1_795_220_416_000
const LIFE = { ttlMs: 60_000, most: 3 }

/** Two processes on one data folder. */
function openTwice() {
  const folder = temporaryFolder()
  const [one, other] = [ControlStore.open(folder), ControlStore.open(folder)]
  onTestFinished(() => {
    one.close()
    other.close()
  })
  one.users.ensure('trader', NOW)
  const { record } = one.keys.create({ userId: 'trader', label: 'bot', now: NOW })
  const mint = (now = NOW, store = one) => store.tickets.mint(record, { ...LIFE, now })
  return { one, other, record, mint }
}

function minted(answer: ReturnType<ReturnType<typeof openTwice>['mint']>) {
  if ('waitMs' in answer) throw new Error(`wait ${answer.waitMs}`)
  return answer
}

test('a ticket is known by its text like a key, says whose it is, and is no key', () => {
  const { one, record, mint } = openTwice()
  const { ticket, record: own } = minted(mint())
  expect(one.keyRing().find(ticket.reveal())).toEqual(own)
  expect(own).toMatchObject({ origin: 'ticket', parentId: record.id, userId: 'trader', expiresAt: NOW + 60_000 })
  expect(one.keys.list()).toEqual([record])
  expect(one.keys.get(own.id)).toBeUndefined()
  expect(one.rotation.rotate(own.id, { overlapMs: 0, now: NOW })).toBeUndefined()
})

test('a ticket is used once, by whichever process comes first', () => {
  const { one, other, mint } = openTwice()
  const { ticket, record } = minted(mint())
  expect(other.keyRing().find(ticket.reveal())?.id).toBe(record.id)
  expect([other.tickets.take(record.id, NOW), one.tickets.take(record.id, NOW)]).toEqual([true, false])
  expect(one.keyRing().find(ticket.reveal())).toBeUndefined()
})

test('a ticket that is over is good for nothing, and is swept out with the next one', () => {
  const { one, mint } = openTwice()
  const { record } = minted(mint())
  expect(one.tickets.take(record.id, NOW + 60_000)).toBe(false)
  expect(one.keys.list({ tickets: true })).toHaveLength(2)
  mint(NOW + 60_000)
  expect(one.keyRing().get(record.id)).toBeUndefined()
})

test('so many of a key may lie unused, over all processes; others do not count', () => {
  const { one, other, record, mint } = openTwice()
  one.keys.mintTicket({ userId: 'trader', ttlMs: 60_000, now: NOW })
  const first = minted(mint())
  mint(NOW + 10, other)
  mint(NOW + 20)
  expect(mint(NOW + 30, other)).toEqual({ waitMs: 59_970 })
  const second = one.keys.create({ userId: 'trader', label: 'other', now: NOW }).record
  expect('ticket' in one.tickets.mint(second, { ...LIFE, now: NOW + 30 })).toBe(true)
  one.tickets.take(first.record.id, NOW + 30)
  expect('ticket' in mint(NOW + 30, other)).toBe(true)
  expect(mint(NOW + 31)).toEqual({ waitMs: 60_010 - 31 })
  expect(one.keys.list()).toContainEqual(record)
})

test('neither a key nor the ticket of a local command can be taken', () => {
  const { one, record } = openTwice()
  const local = one.keys.mintTicket({ userId: 'trader', ttlMs: 60_000, now: NOW })
  const id = one.keyRing().find(local.reveal())?.id ?? ''
  expect([one.tickets.take(id, NOW), one.tickets.take(record.id, NOW)]).toEqual([false, false])
})

test('however many tickets are minted, nothing of them is remembered, and nothing that is goes', () => {
  const known = new Secret('canary-of-the-proxy')
  const { one, record, mint } = openTwice()
  let last = ''
  for (let nth = 0; nth < 1100; nth++) {
    const { ticket, record: own } = minted(mint())
    last = ticket.reveal()
    one.tickets.take(own.id, NOW)
  }
  expect(one.keys.list()).toEqual([record])
  // Known ones are masked also where they are written in other ways.
  expect(scrub(Buffer.from(last).toString('hex'))).toBe(Buffer.from(last).toString('hex'))
  expect(scrub(last)).toMatch(/_\[redacted\]$/)
  expect(scrub('canary-of-the-proxy')).toBe('[redacted]')
  known.forget()
})
