import { minutesOf } from './day.ts'
import type { Finding, Say } from './finding.ts'
import { type CalendarData, type PhaseData, WEEKDAYS } from './schema.ts'
import { checkCoverage, checkUsClock, checkYears } from './years.ts'
import { addDays, weekdayOf } from './zone.ts'

/** Everything that is wrong with the data as they stand, and with their age at `now`, milliseconds since 1970. */
export function lintCalendar(data: CalendarData, now: number): Finding[] {
  const findings: Finding[] = []
  const say: Say = (rule, text) => void findings.push({ verdict: 'error', rule, text })
  checkNames(data, say)
  checkSources(data, say)
  checkWeekdays(data, say)
  checkOrder(data, say)
  checkEras(data, say)
  // What is asked of the calendar below has no answer while these are wrong.
  if (findings.length === 0) {
    checkYears(data, say)
    checkUsClock(data, say)
  }
  return [...findings, ...checkCoverage(data, now)]
}

function checkNames(data: CalendarData, say: Say): void {
  for (const [exchange, segment] of Object.entries(data.segments)) {
    if (!segment) continue
    if (!data.markets[segment.market]) say('names', `segment ${exchange} is of market ${segment.market}, which is none`)
    const names = segment.profiles.map(({ name }) => name)
    if (!names.includes(segment.usual))
      say('names', `segment ${exchange} has no profile ${segment.usual}, its usual one`)
    if (new Set(names).size < names.length) say('names', `segment ${exchange} has a profile twice`)
  }
  for (const { segments, profiles = [], what } of rowsOf(data))
    for (const exchange of segments) {
      const known = data.segments[exchange]?.profiles.map(({ name }) => name)
      if (!known) say('names', `${what} is of segment ${exchange}, which is none`)
      for (const profile of profiles)
        if (known && !known.includes(profile)) say('names', `${what}: segment ${exchange} has no profile ${profile}`)
    }
}

/** Everything that has segments, with its name for a person. */
function* rowsOf({ schedules, exceptions }: CalendarData) {
  for (const { segments, profiles, valid_from, source, phases } of schedules)
    yield { segments, profiles, source, phases, what: `the schedule of ${segments.join(', ')} from ${valid_from}` }
  for (const { segments, profiles, date, name, source, phases = [] } of exceptions)
    yield { segments, profiles, source, phases, what: `${date} ${name}` }
}

function checkSources(data: CalendarData, say: Say): void {
  const used: [string, string][] = [...rowsOf(data)].map(({ source, what }) => [source, what])
  for (const [name, { coverage }] of Object.entries(data.markets)) used.push([coverage.source, `market ${name}`])
  for (const [name, segment] of Object.entries(data.segments)) {
    if (segment) used.push([segment.source, `segment ${name}`])
    for (const { source } of segment?.us_clock?.confirmed ?? []) used.push([source, `the US clock of ${name}`])
  }
  for (const [source, what] of used)
    if (!data.sources[source]) say('source', `${what} names the source ${source}, which is none`)
  const named = new Set(used.map(([source]) => source))
  for (const source of Object.keys(data.sources))
    if (!named.has(source)) say('source', `nothing comes from the source ${source}`)
}

function checkWeekdays({ exceptions }: CalendarData, say: Say): void {
  for (const { date, weekday, name } of exceptions) {
    const real = WEEKDAYS[weekdayOf(date)]
    if (weekday !== real) say('weekday', `${date} ${name} is a ${real}, not a ${weekday}`)
  }
}

function checkOrder(data: CalendarData, say: Say): void {
  for (const { phases, what, segments } of rowsOf(data)) {
    // Of both clocks of the United States the later end is the one that may run into the next phase.
    const us = segments.flatMap(exchange => Object.values(data.segments[exchange]?.us_clock ?? {})).filter(isText)
    const endOf = ({ end }: PhaseData) => (end === 'us_clock' ? Math.max(0, ...us.map(minutesOf)) : minutesOf(end))
    for (const [place, phase] of phases.entries()) {
      const [start, end, next] = [minutesOf(phase.start), endOf(phase), phases[place + 1]]
      if (end <= start) say('order', `${what}: ${phase.name} ends at ${phase.end}, not after ${phase.start}`)
      const random = phase.random_end_from === undefined ? start : minutesOf(phase.random_end_from)
      if (random < start || random >= Math.max(end, start + 1))
        say('order', `${what}: ${phase.name} may end from ${phase.random_end_from} on, which is not within it`)
      if (next && minutesOf(next.start) < end)
        say('order', `${what}: ${next.name} begins at ${next.start}, before ${phase.name} is over`)
    }
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'

function checkEras(data: CalendarData, say: Say): void {
  for (const [exchange, segment] of Object.entries(data.segments)) {
    const coverage = segment && data.markets[segment.market]?.coverage
    if (!coverage) continue
    for (const { name } of segment.profiles) {
      const what = `${exchange} (${name})`
      const eras = data.schedules
        .filter(row => row.segments.some(one => one === exchange) && (row.profiles?.includes(name) ?? true))
        .toSorted((a, b) => a.valid_from.localeCompare(b.valid_from))
      const [first, last] = [eras[0], eras.at(-1)]
      if (!first || !last || first.valid_from > coverage.from || (last.valid_to ?? coverage.to) < coverage.to)
        say('eras', `${what} has no schedule for all days from ${coverage.from} to ${coverage.to}`)
      for (const [place, { valid_from, valid_to }] of eras.entries()) {
        const next = eras[place + 1]
        const follows = valid_to && valid_to >= valid_from ? addDays(valid_to, 1) : undefined
        if (next && next.valid_from !== follows)
          say(
            'eras',
            `${what}: the schedule from ${valid_from} ends on ${valid_to}, the next begins on ${next.valid_from}`,
          )
      }
    }
  }
}
