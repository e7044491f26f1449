import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from '../../../shared/secret.ts'
import { Database } from '../../../shared/store/database.ts'
import type { DataFolder } from '../../../shared/store/folder.ts'
import { auditFolder, entries, entry, openAudit } from '../../support/audit.ts'
import { failure } from '../../support/failure.ts'

const proven = (folder: DataFolder) => [...openAudit(folder).walk()]

test('what is written is read again, in order, behind the record that says when the chain began', () => {
  const folder = auditFolder()
  const audit = openAudit(folder, 7)
  audit.append([entry(1, { subject: 'FEED', reason: 'because' }), entry(2)])
  audit.append([entry(3)])
  expect([...audit.walk()]).toEqual([
    { seq: 1, at: 7, process: 'audit', action: 'audit.begun', actor: 'operator', result: 'ok' },
    { seq: 2, ...entry(1, { subject: 'FEED', reason: 'because' }) },
    { seq: 3, ...entry(2) },
    { seq: 4, ...entry(3) },
  ])
  expect(audit.last(2).map(record => record.seq)).toEqual([3, 4])
  expect(audit.after(3).map(record => record.seq)).toEqual([4])
})

test('several processes add to one chain', () => {
  const folder = auditFolder()
  const [one, other] = [openAudit(folder), openAudit(folder)]
  for (let nth = 1; nth <= 20; nth++) (nth % 3 === 0 ? one : other).append([entry(nth)])
  one.settle()
  expect(proven(folder)).toHaveLength(21)
})

test('text that no database keeps as it is, is proven all the same', () => {
  const folder = auditFolder()
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 400, maxLength: 900 }), (a, b) =>
      openAudit(folder).append([entry(1, { actor: `${a}\0\ud83d`, reason: b })]),
    ),
    { numRuns: 10 },
  )
  expect(proven(folder)).toHaveLength(11)
})

test('a reason holds no secret of this process, and no head of one where it is cut', () => {
  const audit = openAudit(auditFolder())
  const token = new Secret('canary-of-the-feed')
  audit.append([
    entry(1, { reason: 'the broker says canary-of-the-feed' }),
    entry(2, { reason: `${'x'.repeat(490)} canary-of-the-feed` }),
  ])
  expect(audit.last(2).map(({ reason }) => reason)).toEqual([
    'the broker says [redacted]',
    `${'x'.repeat(490)} [redacted`,
  ])
  token.forget()
})

test('without the file beside it the end cannot be proven, and nothing is added', () => {
  const folder = auditFolder()
  const audit = openAudit(folder)
  audit.append(entries(3))
  rmSync(folder.auditHead)
  expect(failure(() => [...audit.walk()])).toMatchObject({ code: 'AUDIT_BROKEN' })
  expect(failure(() => audit.append(entries(1))).code).toBe('AUDIT_BROKEN')
})

test('records that were put back from a copy, with the end of that time, are missed', () => {
  const folder = auditFolder()
  const audit = openAudit(folder)
  audit.append(entries(3))
  const raw = Database.open(folder.auditDb, { migrations: [''] })
  const old = readHead(raw)
  audit.append(entries(3))
  audit.settle()
  raw.write('DELETE FROM records WHERE seq > ?', old.seq)
  raw.write("UPDATE anchors SET seq = ?, hash = ?, mac = ? WHERE name = 'head'", old.seq, old.hash, old.mac)
  raw.close()
  expect(failure(() => proven(folder))).toMatchObject({ code: 'AUDIT_BROKEN', message: /^Record 5 .*is missing/ })
  expect(failure(() => audit.append(entries(1))).code).toBe('AUDIT_BROKEN')
})

test('a new database in place of the old one is no beginning', () => {
  const folder = auditFolder()
  const audit = openAudit(folder)
  audit.append(entries(3))
  audit.settle()
  audit.close()
  for (const end of ['', '-wal', '-shm']) rmSync(folder.auditDb + end, { force: true })
  expect(failure(() => openAudit(folder)).code).toBe('AUDIT_BROKEN')
})

test('old records go, and what stays is proven from there', () => {
  const folder = auditFolder()
  const audit = openAudit(folder, 1)
  audit.append(entries(20))
  expect(audit.prune(10_001)).toBe(11)
  expect(audit.prune(10_001)).toBe(0)
  audit.append(entries(1))
  audit.settle()
  expect(proven(folder).map(record => record.seq)).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22])
  expect(audit.prune(Number.MAX_SAFE_INTEGER)).toBe(10)
})

test('a record that was changed is not swept away with the old ones', () => {
  const folder = auditFolder()
  const audit = openAudit(folder)
  audit.append(entries(5))
  const raw = Database.open(folder.auditDb, { migrations: [''] })
  raw.write("UPDATE records SET at = 1, actor = 'nobody' WHERE seq = 4")
  raw.close()
  expect(failure(() => audit.prune(100_000))).toMatchObject({ code: 'AUDIT_BROKEN', message: /^Record 4 / })
})

const readHead = (raw: Database): AnchorRow =>
  raw.row<AnchorRow>("SELECT seq, hash, mac FROM anchors WHERE name = 'head'") as AnchorRow

const COLUMNS = ['seq', 'at', 'process', 'action', 'actor', 'subject', 'address', 'result', 'reason', 'hash'] as const
const COUNT = 20
const place = fc.integer({ min: 1, max: COUNT })
const text = fc.string({ maxLength: 12 })

/** What somebody may do who can write the files, but does not know the pepper. */
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), at: place, column: fc.constantFrom(...COLUMNS), text, by: place }),
  fc.record({ kind: fc.constant('delete' as const), at: place, count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('swap' as const), at: place, other: place }),
  fc.record({ kind: fc.constant('truncate' as const), at: place, isAnchored: fc.boolean() }),
  fc.record({ kind: fc.constant('rewind' as const), at: place }),
  fc.record({ kind: fc.constant('insert' as const), at: place, text, isLast: fc.boolean() }),
  fc.record({ kind: fc.constant('anchor' as const), name: fc.constantFrom('start', 'head'), by: place }),
  fc.record({ kind: fc.constant('file' as const), byte: fc.nat(200), to: fc.constantFrom('0', '1', 'f', ' ') }),
)
interface AnchorRow {
  seq: number
  hash: Buffer
  mac: Buffer
}
type Mutation = typeof mutation extends fc.Arbitrary<infer Kind> ? Kind : never

function mutate(raw: Database, folder: DataFolder, done: Mutation, heads: readonly AnchorRow[]): void {
  const swap = (one: number, other: number) => {
    raw.write('UPDATE records SET seq = -1 WHERE seq = ?', one)
    raw.write('UPDATE records SET seq = ? WHERE seq = ?', one, other)
    raw.write('UPDATE records SET seq = ? WHERE seq = -1', other)
  }
  switch (done.kind) {
    case 'edit': {
      const isNumber = done.column === 'seq' || done.column === 'at'
      const value = isNumber ? COUNT + done.by : done.column === 'hash' ? Buffer.alloc(32, done.text) : done.text
      raw.write(`UPDATE records SET ${done.column} = ? WHERE seq = ?`, value, done.at)
      break
    }
    case 'delete':
      raw.write('DELETE FROM records WHERE seq >= ? AND seq < ?', done.at, done.at + done.count)
      break
    case 'swap':
      swap(done.at, done.other)
      break
    case 'truncate':
      raw.write('DELETE FROM records WHERE seq > ?', done.at)
      if (done.isAnchored)
        raw.write(
          "UPDATE anchors SET seq = ?, hash = (SELECT hash FROM records WHERE seq = ?) WHERE name = 'head'",
          done.at,
          done.at,
        )
      break
    case 'rewind': {
      raw.write('DELETE FROM records WHERE seq > ?', done.at)
      const head = heads.find(one => one.seq === done.at)
      if (head)
        raw.write("UPDATE anchors SET seq = ?, hash = ?, mac = ? WHERE name = 'head'", head.seq, head.hash, head.mac)
      break
    }
    case 'insert': {
      const at = done.isLast ? COUNT + 1 : done.at
      if (!done.isLast)
        for (let seq = COUNT; seq >= at; seq--) raw.write('UPDATE records SET seq = seq + 1 WHERE seq = ?', seq)
      const copy =
        'INSERT INTO records SELECT ?, at, process, action, ?, subject, address, result, reason, hash FROM records WHERE seq <> ? LIMIT 1'
      raw.write(copy, at, done.text, at)
      break
    }
    case 'anchor':
      raw.write('UPDATE anchors SET seq = seq + ? WHERE name = ?', done.by, done.name)
      break
    case 'file': {
      const bytes = readFileSync(folder.auditHead, 'latin1')
      const at = done.byte % bytes.length
      writeFileSync(folder.auditHead, bytes.slice(0, at) + done.to + bytes.slice(at + 1), 'latin1')
    }
  }
}

/** All that the mutations may change. */
const imageOf = (raw: Database, folder: DataFolder): string =>
  JSON.stringify([
    raw.rows('SELECT * FROM records ORDER BY seq'),
    raw.rows('SELECT * FROM anchors ORDER BY name'),
    readFileSync(folder.auditHead, 'latin1').trim(),
  ])

test('each of 1,000 random changes by somebody without the pepper is found', () => {
  const folder = auditFolder()
  const audit = openAudit(folder)
  const optional = (nth: number) => (nth % 2 === 0 ? { subject: `S${nth}`, reason: `why ${nth}` } : {})
  const raw = Database.open(folder.auditDb, { migrations: [''] })
  raw.pragma('synchronous = OFF')
  const heads = [readHead(raw)]
  entries(COUNT - 1).forEach((one, nth) => {
    audit.append([{ ...one, ...optional(nth) }])
    heads.push(readHead(raw))
  })
  audit.settle()
  const file = readFileSync(folder.auditHead)
  const before = imageOf(raw, folder)
  let changed = 0
  fc.assert(
    fc.property(mutation, done => {
      try {
        raw.atomically(() => mutate(raw, folder, done, heads))
        fc.pre(imageOf(raw, folder) !== before)
        changed++
        expect(failure(() => [...audit.walk()])).toMatchObject({ code: 'AUDIT_BROKEN', message: /^Record -?\d+ of / })
      } finally {
        raw.atomically(() => restore(raw, before))
        writeFileSync(folder.auditHead, file)
      }
    }),
    { numRuns: 1000 },
  )
  raw.close()
  expect(changed).toBe(1000)
  expect([...audit.walk()]).toHaveLength(COUNT)
})

function restore(raw: Database, image: string): void {
  const [records, anchors] = JSON.parse(image, (_, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data) : value,
  ) as Record<string, string | number | Buffer | null>[][]
  raw.script('DELETE FROM records; DELETE FROM anchors')
  for (const row of records ?? []) raw.write(`INSERT INTO records VALUES (${'?,'.repeat(9)}?)`, ...Object.values(row))
  for (const row of anchors ?? []) raw.write('INSERT INTO anchors VALUES (?, ?, ?, ?)', ...Object.values(row))
}

test('what one process says late does not take back how far another has come', async () => {
  const folder = auditFolder()
  const [late, early] = [openAudit(folder), openAudit(folder)]
  late.append(entries(1))
  const settled = late.settleSoon()
  early.append(entries(3))
  early.settle()
  const before = readFileSync(folder.auditHead, 'utf8')
  await settled
  expect(readFileSync(folder.auditHead, 'utf8')).toBe(before)
})
