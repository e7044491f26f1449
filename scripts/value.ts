import { InvalidArgumentError } from 'commander'

/** Values of options; each parser throws what Commander reports as a usage error. */

/** For an option that may be repeated. */
export const collect = (value: string, before: readonly string[]): string[] => [...before, value]

/** `auto`, or 1 to 65535. */
export function parsePort(text: string): number | 'auto' {
  if (text === 'auto') return text
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new InvalidArgumentError('It is auto or 1 to 65535.')
  return port
}

/** `auto`, or 1 to 64. */
export function parseWorkers(text: string): number | 'auto' {
  if (text === 'auto') return text
  const workers = Number(text)
  if (!/^\d+$/.test(text) || workers < 1 || workers > 64) throw new InvalidArgumentError('It is auto or 1 to 64.')
  return workers
}

/** A whole number from 1. */
export function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1) throw new InvalidArgumentError('It is a whole number from 1.')
  return count
}

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `30d`, `12h`, `90m`, `45s` in milliseconds. */
export function parseDuration(text: string): number {
  const [, amount = '', unit = ''] = /^([1-9]\d{0,4})([smhd])$/.exec(text) ?? []
  const factor = UNIT_MS[unit]
  if (factor === undefined) throw new InvalidArgumentError('It is a number with s, m, h or d, such as 30d.')
  return Number(amount) * factor
}

/** `ONE,TWO`, in capitals as feeds are named, however they were typed. */
export function parseNames(text: string): readonly string[] {
  const names = text.split(',').map(name => name.trim().toUpperCase())
  if (names.includes('')) throw new InvalidArgumentError('It is names with commas between, such as ONE,TWO.')
  return names
}
