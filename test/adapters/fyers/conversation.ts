import type { Signal } from '../../../adapters/contract.ts'
import { createDecoder } from '../../../adapters/fyers/codec.ts'
import { welcome } from './wire.ts'

export const NOW = 1_795_220_416_000_000

export type Part = Extract<Signal, { kind: 'part' }>

/** A connection that was accepted; what its frames said. */
export function connected(options: Parameters<typeof welcome>[0] = { interval: 2 }) {
  const decode = createDecoder()
  decode(welcome(options), NOW)
  return (...frames: Buffer[]): Signal[] => frames.flatMap(frame => [...decode(frame, NOW)])
}

export const parts = (signals: readonly Signal[]): Part[] => signals.filter(signal => signal.kind === 'part')
export const kinds = (signals: readonly Signal[]): string[] => signals.map(({ kind }) => kind)
export const replies = (signals: readonly Signal[]): string[] =>
  signals.flatMap(signal => (signal.kind === 'reply' ? [Buffer.from(signal.frame).toString('hex')] : []))

export const TOPIC = 'sf|nse_cm|3045'
