import type { Decoder } from '../contract.ts'

/** Reads what the price socket sends (HSM), for one connection. */
export function createDecoder(): Decoder {
  return () => []
}
