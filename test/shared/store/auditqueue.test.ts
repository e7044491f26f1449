import { chmodSync, rmSync, statSync } from 'node:fs'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { AuditStore } from '../../../shared/store/audit.ts'
import { AuditQueue, type AuditQueueParts } from '../../../shared/store/auditqueue.ts'
import { Database } from '../../../shared/store/database.ts'
import type { DataFolder } from '../../../shared/store/folder.ts'
import { auditFolder, event, openAudit } from '../../support/audit.ts'
import { temporaryFolder } from '../../support/datafolder.ts'

/** A queue on a clock of its own, and what it says to the log. */
function rig(folder: DataFolder, rest: Partial<AuditQueueParts> = {}) {
  const clock = new ManualClock()
  const said: string[] = []
  const log = pino({ level: 'info' }, { write: line => void said.push((JSON.parse(line) as { msg: string }).msg) })
  const queue = new AuditQueue({ folder, clock, log, process: 'proxy', ...rest })
  onTestFinished(() => queue.close())
  return { queue, clock, said }
}

/** Somebody else writes, or the disk is full, until `end`. */
function blocked(folder: DataFolder, how: 'locked' | 'full'): { end: () => void } {
  const database = Database.open(folder.auditDb, { migrations: [''] })
  onTestFinished(() => database.close())
  if (how === 'locked') {
    database.script('BEGIN IMMEDIATE')
    return { end: () => database.script('COMMIT') }
  }
  // Fails each write as a full disk does: by a failing statement within it.
  database.script(
    "CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END",
  )
  return { end: () => database.script('DROP TRIGGER full') }
}

const actions = (folder: DataFolder) => [...openAudit(folder).walk()].map(({ action }) => action)

test('events are written a quarter of a second later, at the time they happened', () => {
  const folder = auditFolder()
  const { queue, clock } = rig(folder)
  const at = clock.now()
  queue.record(event(1))
  clock.advance(249)
  queue.record(event(2))
  clock.advance(1)
  const [begun, ...rest] = [...openAudit(folder).walk()]
  expect(begun?.action).toBe('audit.begun')
  expect(rest).toEqual([
    { seq: 2, at, process: 'proxy', ...event(1) },
    { seq: 3, at: at + 249, process: 'proxy', ...event(2) },
  ])
})

test('many events at once are written in slices, with breaths between them', () => {
  const folder = auditFolder()
  const { queue, clock } = rig(folder)
  for (let nth = 0; nth < 450; nth++) queue.record(event(nth))
  clock.advance(250)
  expect(actions(folder)).toHaveLength(101)
  clock.advance(40)
  expect(actions(folder)).toHaveLength(451)
})

test('a queue that closes writes what waits, and says how far the audit has come', async () => {
  const folder = auditFolder()
  const { queue } = rig(folder)
  for (let nth = 0; nth < 450; nth++) queue.record(event(nth))
  await queue.close()
  expect(actions(folder)).toHaveLength(451)
  rmSync(folder.auditDb)
  expect(() => openAudit(folder)).toThrow('is missing')
})

test.each(['locked', 'full'] as const)(
  'a %s database holds nothing up; it is told once, and once that it is over',
  how => {
    const folder = auditFolder()
    openAudit(folder)
    const { queue, clock, said } = rig(folder)
    queue.record(event(1))
    clock.advance(250)
    const { end } = blocked(folder, how)
    for (let second = 0; second < 3; second++) {
      queue.record(event(2))
      clock.advance(1000)
    }
    expect(queue.state).toEqual({ lost: 0, degraded: expect.stringMatching(/full|another process/) })
    expect(said).toEqual([expect.stringContaining('audit_degraded')])
    end()
    clock.advance(250)
    expect([queue.state, said.length]).toEqual([{ lost: 0 }, 2])
    expect(actions(folder)).toHaveLength(5)
  },
)

test('that another process writes at this moment is no fault', () => {
  const folder = auditFolder()
  openAudit(folder)
  const { queue, clock, said } = rig(folder)
  const { end } = blocked(folder, 'locked')
  queue.record(event(1))
  clock.advance(750)
  expect(queue.state).toEqual({ lost: 0 })
  end()
  clock.advance(250)
  expect([actions(folder).length, said]).toEqual([2, []])
})

test('of more events than there is room for the newest are kept, and how many were lost is written', () => {
  const folder = auditFolder()
  openAudit(folder)
  const { queue, clock } = rig(folder)
  const { end } = blocked(folder, 'locked')
  for (let nth = 0; nth < 10_007; nth++) queue.record(event(nth))
  clock.advance(2000)
  end()
  clock.advance(2000)
  const [, lost, first] = [...openAudit(folder).walk()]
  expect(lost).toMatchObject({
    action: 'audit.lost',
    reason: expect.stringMatching(/^7 events of proxy .*another process/),
  })
  expect(first).toMatchObject(event(7))
  expect(queue.state).toEqual({ lost: 7 })
})

test('before there is a system in the folder it waits; then all is written', () => {
  const folder = temporaryFolder()
  const { queue, clock } = rig(folder)
  queue.record(event(1))
  clock.advance(500)
  expect(queue.state).toEqual({ lost: 0 })
  const made = auditFolder()
  Object.assign(folder, made)
  clock.advance(250)
  expect(actions(made)).toHaveLength(2)
})

test('a folder that cannot be written costs the audit, and nothing else', () => {
  const folder = auditFolder()
  const { queue, clock, said } = rig({ ...folder, auditDb: `${folder.root}/none/audit.db` })
  queue.record(event(1))
  clock.advance(60_000)
  expect(queue.state.degraded).toContain('none')
  expect(said).toHaveLength(1)
})

test('records that are too old are removed, a portion at a time, and each is recorded', () => {
  const folder = auditFolder()
  const { queue, clock } = rig(folder, { keeps: { ms: 86_400_000, bytes: Number.POSITIVE_INFINITY } })
  for (let nth = 0; nth < 1200; nth++) queue.record(event(nth))
  clock.advance(86_400_000 + 7_200_000)
  expect(actions(folder)).toEqual(['audit.pruned', 'audit.pruned', 'audit.pruned'])
})

test('a tampered chain is not written to', () => {
  const folder = auditFolder()
  openAudit(folder)
  chmodSync(folder.auditHead, 0o600)
  rmSync(folder.auditHead)
  const { queue, clock, said } = rig(folder)
  queue.record(event(1))
  clock.advance(250)
  expect(queue.state.degraded).toContain('audit.head is missing')
  expect(said).toHaveLength(1)
})

test('what serves prices leaves the journal to others, up to a bound', () => {
  const folder = auditFolder()
  const { queue, clock } = rig(folder)
  const up = rig(folder, { process: 'up', journalBytes: 1024 * 1024 })
  up.queue.record(event(1))
  up.queue.flush()
  const journal = () => statSync(`${folder.auditDb}-wal`).size
  const checkpoint = vi.spyOn(AuditStore.prototype, 'checkpoint')
  onTestFinished(() => checkpoint.mockRestore())
  const write = (mib: number) => {
    while (journal() < mib * 1024 * 1024) {
      for (let nth = 0; nth < 100; nth++) queue.record(event(nth, { reason: 'x'.repeat(400) }))
      queue.flush()
    }
  }
  queue.record(event(1))
  queue.flush()
  // Far above the 1000 pages at which SQLite would do it by itself, within a write.
  write(8)
  clock.advance(10_000)
  expect(checkpoint).not.toHaveBeenCalled()
  write(17)
  clock.advance(10_000)
  expect(checkpoint).toHaveBeenCalledTimes(1)
  queue.record(event(2))
  queue.flush()
  expect(journal()).toBeLessThan(1024 * 1024)
  checkpoint.mockClear()
  write(2)
  clock.advance(10_000)
  expect(checkpoint).not.toHaveBeenCalled()
  up.clock.advance(10_000)
  expect(checkpoint).toHaveBeenCalledTimes(1)
})

test('where the audit takes more than it may, the oldest records go, and the rest is proven', () => {
  const folder = auditFolder()
  const { queue, clock } = rig(folder, { keeps: { ms: 86_400_000, bytes: 256 * 1024 } })
  for (let nth = 0; nth < 3000; nth++) queue.record(event(nth, { subject: `S${nth}`, reason: 'x'.repeat(100) }))
  clock.advance(11_000)
  const audit = openAudit(folder)
  expect(audit.bytes).toBeLessThanOrEqual(300 * 1024)
  const left = [...audit.walk()]
  expect(left.some(({ subject }) => subject === 'S2999')).toBe(true)
  expect(left.at(-1)?.reason).toMatch(/^\d+ records were removed, the oldest, since all took more than audit.max_mb$/)
})
