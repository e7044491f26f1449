import { readFileSync, rmSync, statSync } from 'node:fs'
import type { Cancel, Clock } from '../clock.ts'
import { systemCode, TickwireError } from '../errors.ts'
import { type Calendar, createCalendar } from '../market/calendar/calendar.ts'
import type { Finding } from '../market/calendar/finding.ts'
import { lintCalendar } from '../market/calendar/lint.ts'
import { type CalendarData, calendarSchema } from '../market/calendar/schema.ts'
import { shippedCalendar, shippedData } from '../market/calendar/shipped.ts'
import { type DataFolder, folderError } from './folder.ts'
import { writeJsonFile } from './jsonfile.ts'

/** The calendar that serves, and where it is from. */
export interface ServingCalendar {
  readonly calendar: Calendar
  readonly data: CalendarData
  readonly origin: 'shipped' | 'imported'
  /** Why the imported one does not serve: one line for a person. */
  readonly trouble?: string
}

const SHIPPED: ServingCalendar = { calendar: shippedCalendar, data: shippedData, origin: 'shipped' }
const LOOK_MS = 1000
/** A calendar of ten years is some hundred kilobytes. */
const MOST_BYTES = 10_000_000
const MOST_TOLD = 20
const REMEDY = 'tickwire calendar import FILE, or --remove to go back to the one Tickwire comes with'

/** What of a calendar's faults is its age alone: it serves, and knows nothing of the days after its end. */
const isAge = ({ rule }: Finding): boolean => rule === 'coverage'

/**
 * Reads a calendar. Throws CALENDAR_INVALID with a line for each fault, unless its age is the only one; the findings that
 * come back are of its age.
 */
export function parseCalendar(text: string, now: number): { data: CalendarData; findings: readonly Finding[] } {
  const parsed = calendarSchema.safeParse(parseJson(text))
  if (!parsed.success)
    throw invalid(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`))
  const findings = lintCalendar(parsed.data, now)
  const faults = findings.filter(one => !isAge(one))
  if (faults.length > 0) throw invalid(faults.map(({ text: fault }) => fault))
  return { data: parsed.data, findings }
}

/** What serves in a data folder: the imported calendar when it is whole, else the shipped one and why. */
export function readCalendar(folder: DataFolder, now: number): ServingCalendar {
  const path = folder.calendarFile
  try {
    const text = readText(path)
    if (text === undefined) return SHIPPED
    const { data } = parseCalendar(text, now)
    return { calendar: createCalendar(data), data, origin: 'imported' }
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    const why = error.message.replaceAll('\n', '; ')
    return { ...SHIPPED, trouble: `${path} does not serve: ${why}; the calendar Tickwire comes with does` }
  }
}

/** Puts a calendar in the place of the shipped one. Throws CALENDAR_INVALID, FOLDER_UNUSABLE. */
export function importCalendar(
  folder: DataFolder,
  text: string,
  now: number,
): { data: CalendarData; findings: readonly Finding[] } {
  const parsed = parseCalendar(text, now)
  writeJsonFile(folder.calendarFile, parsed.data)
  return parsed
}

/** Goes back to the shipped calendar; true when there was another one. Throws FOLDER_UNUSABLE. */
export function removeCalendar(folder: DataFolder): boolean {
  const path = folder.calendarFile
  const isThere = markOf(path) !== undefined
  try {
    rmSync(path, { force: true })
  } catch (error) {
    throw folderError(path, error)
  }
  return isThere
}

/** The calendar of a running process: follows the file of the data folder, which is looked at once a second. */
export class CalendarFile {
  readonly #folder: DataFolder
  readonly #clock: Clock
  readonly #stop: Cancel
  readonly #listeners = new Set<() => void>()
  #mark: string | undefined
  #serving: ServingCalendar

  constructor(folder: DataFolder, clock: Clock) {
    this.#folder = folder
    this.#clock = clock
    this.#mark = markOf(folder.calendarFile)
    this.#serving = readCalendar(folder, clock.now())
    this.#stop = clock.every(LOOK_MS, () => this.#look())
  }

  get serving(): ServingCalendar {
    return this.#serving
  }

  /** Calls `changed` whenever another calendar serves, or another trouble is told. */
  listen(changed: () => void): void {
    this.#listeners.add(changed)
  }

  close(): void {
    this.#stop()
    this.#listeners.clear()
  }

  #look(): void {
    const mark = markOf(this.#folder.calendarFile)
    if (mark === this.#mark) return
    this.#mark = mark
    this.#serving = readCalendar(this.#folder, this.#clock.now())
    for (const changed of this.#listeners) changed()
  }
}

/** What cannot even be looked at is another file than before; reading it says why. */
function markOf(path: string): string | undefined {
  try {
    const { ino, mtimeMs, size } = statSync(path)
    return `${ino} ${mtimeMs} ${size}`
  } catch (error) {
    const code = systemCode(error)
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : `${code}`
  }
}

function readText(path: string): string | undefined {
  try {
    if (statSync(path).size > MOST_BYTES) throw invalid([`it is larger than ${MOST_BYTES} bytes`])
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw folderError(path, error)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid([`it is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`])
  }
}

function invalid(faults: readonly string[]): TickwireError {
  const rest = faults.length - MOST_TOLD
  const lines = [...faults.slice(0, MOST_TOLD), ...(rest > 0 ? [`and ${rest} more`] : [])]
  return new TickwireError('CALENDAR_INVALID', lines.join('\n'), { next: REMEDY })
}
