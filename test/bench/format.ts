import { DISTURBED, type Window } from './window.ts'

/** `1234567` as `1,234,567`; of large numbers, only what such a measurement can tell. */
export function amount(value: number): string {
  const digits = Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 2)
  return (Math.round(value / 10 ** digits) * 10 ** digits).toLocaleString('en-US')
}

/** A count, to the last one. */
export const exactly = (value: number): string => value.toLocaleString('en-US')

export const decimal = (value: number, digits = 2): string => value.toFixed(digits)

/** Microseconds as milliseconds. */
export const millis = (micros: number): string => `${(micros / 1000).toFixed(micros < 100_000 ? 2 : 0)} ms`

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

const BUSY = 0.9

/** Marks a window in which the load client was nearly full (`*`), or another process had a core that was needed (`†`). */
export const marks = ({ client, disturbed }: Window): string =>
  `${client > BUSY ? '*' : ''}${disturbed > DISTURBED ? '†' : ''}`

export const MARKS =
  '`*`: the load client used more than 0.9 of its core, so the server may do better. ' +
  '`†`: other programs kept the server or the load client from its core for more than 0.15 of the time.'
