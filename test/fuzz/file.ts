import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { TickwireError } from '../../shared/errors.ts'
import { createCalendar } from '../../shared/market/calendar/calendar.ts'
import { shippedData } from '../../shared/market/calendar/shipped.ts'
import { parseCalendar } from '../../shared/store/calendar.ts'
import { encodeHeader, encodeRecord } from '../../shared/tape/record.ts'
import { readTape, type TapeRecord } from '../../shared/tape.ts'
import { damagedBytes, damagedText, hold, json, oddNumber, orRefused, text, word } from './noise.ts'
import { claim, type Target } from './target.ts'

const folder = mkdtempSync(join(tmpdir(), 'tw-fuzz-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const path = join(folder, 'tape')
const NOW = 1_795_220_416_000

const RECORDS: readonly TapeRecord[] = ['one', 'two', Buffer.from([0, 1, 2, 255]), '', 'five'].map((frame, nth) => ({
  receivedAt: NOW * 1000 + nth,
  connection: nth,
  direction: nth === 3 ? 'note' : 'in',
  frame,
}))
const HEADER = { feed: 'FEED', broker: 'testbroker', startedAt: NOW }
const TAPE = Buffer.concat([encodeHeader(HEADER), ...RECORDS.map(encodeRecord)])

const asText = ({ frame, ...rest }: TapeRecord): string =>
  JSON.stringify({ ...rest, frame: Buffer.from(frame).toString('hex') })
const TOLD = RECORDS.map(asText)

/** What can be read of a file, up to where it is damaged. */
function play(bytes: Uint8Array): string[] {
  writeFileSync(path, bytes)
  const told: string[] = []
  orRefused(['TAPE_CORRUPT'], () => {
    for (const record of readTape(path)) told.push(asText(record))
  })
  return told
}

export const tape: Target = {
  name: 'tape',
  claims: [
    claim(
      'gives of a damaged tape what was written, or says where it is damaged',
      250,
      [damagedBytes([TAPE])],
      bytes => {
        // A piece that was cut out at the border of two records leaves a tape that is whole.
        for (const one of play(bytes)) hold(TOLD.includes(one), `nobody wrote ${one}`)
      },
    ),
    claim(
      'takes nothing for a tape that is none',
      300,
      [
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          text.map(one => Buffer.from(one)),
        ),
      ],
      bytes => {
        hold(play(bytes).length === 0, 'a record out of nothing')
      },
    ),
  ],
}

const CALENDAR = JSON.stringify(shippedData)
type Tree = { [name: string]: Tree } | Tree[] | string | number | boolean | null

/** Puts something else in place of one value, or takes it away. */
const changed = fc
  .array(
    fc.tuple(
      fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }),
      fc.oneof(
        json,
        word,
        oddNumber,
        fc.constantFrom('2026-01-31', '24:00', '00:00', 'NSE', 'us_clock', 'Mon', undefined),
      ),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map(changes => {
    const data = JSON.parse(CALENDAR) as Tree
    for (const [steps, value] of changes) change(data, steps, value)
    return JSON.stringify(data)
  })

function change(tree: Tree, [step = 0, ...steps]: readonly number[], value: unknown): void {
  if (typeof tree !== 'object' || tree === null) return
  const names = Object.keys(tree)
  const name = names[step % Math.max(names.length, 1)]
  if (name === undefined) return
  const parent = tree as Record<string, unknown>
  const child = parent[name]
  if (steps.length > 0 && typeof child === 'object' && child !== null) change(child as Tree, steps, value)
  else if (value === undefined) delete parent[name]
  else parent[name] = value
}

const day = fc.integer({ min: -30_000, max: 30_000 }).map(days => NOW + days * 86_400_000)

/** Whatever it is asked it answers. */
function consult(said: string, at: number): void {
  let data: ReturnType<typeof parseCalendar>['data']
  try {
    data = parseCalendar(said, NOW).data
  } catch (error) {
    hold(error instanceof TickwireError && error.code === 'CALENDAR_INVALID', `another error: ${String(error)}`)
    hold(error.message.split('\n').length <= 21 && error.message.length < 50_000, 'an error without an end')
    return
  }
  const calendar = createCalendar(data)
  const date = calendar.dateOf(at)
  for (const [exchange, profiles] of calendar.exchanges)
    for (const profile of profiles) {
      const subject = { exchange, profile }
      calendar.phaseAt(subject, at)
      calendar.expectTicks(subject, at)
      calendar.nextOpen(subject, at)
      calendar.nextClose(subject, at)
      calendar.nextPossible(subject, at)
      calendar.sessions(subject, date)
      calendar.previousTradingDay(subject, date)
    }
  calendar.explain(date)
}

export const calendar: Target = {
  name: 'calendar',
  claims: [
    claim('of changed values is refused with a short list, or answers all questions', 60, [changed, day], consult),
    claim('of damaged text, the same', 60, [fc.oneof(text, damagedText([CALENDAR])), day], consult),
  ],
}

// What is shipped must be one that is taken: without it both claims would hold of nothing.
parseCalendar(readFileSync(new URL('../../shared/market/calendar/india.json', import.meta.url), 'utf8'), NOW)
