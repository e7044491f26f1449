import type { Dialect } from './dialect.ts'

/** `flood`: as fast as its clients take them. */
export type Rate = number | 'flood'

/** A server under test. */
export interface Contender {
  readonly name: string
  readonly port: number
  readonly dialect: Dialect
  /** The process whose CPU and memory are measured. */
  readonly pid: number
  /** Ticks a second from now on, in an open loop. */
  setRate(rate: Rate): void
  /** Ticks made since it began. */
  ticks(): Promise<number>
  close(): Promise<void>
}
