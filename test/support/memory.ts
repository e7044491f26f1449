import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import type { Canaries } from './leaks.ts'

const CHUNK = 16 * 2 ** 20
/** Longer than any form of a secret, so that none is missed where two reads meet. */
const OVERLAP = 4096

/** Every form of a secret in the memory of a process that could be written: what it holds, not what it was compiled from. */
export function secretsInMemory(pid: number, canaries: Canaries): string[] {
  const found = new Set<string>()
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    for (const [from, to] of writableAreas(pid))
      for (let at = from; at < to; at += CHUNK - OVERLAP) {
        const bytes = Buffer.allocUnsafe(Math.min(CHUNK, to - at))
        const length = readAt(memory, bytes, at)
        for (const form of canaries.in(bytes.subarray(0, length))) found.add(form)
      }
  } finally {
    closeSync(memory)
  }
  return [...found]
}

function writableAreas(pid: number): (readonly [number, number])[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .flatMap(line => {
      const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
      const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)]
      // The kernel's own pages at the top of the address space are no number here.
      return Number.isSafeInteger(start) && Number.isSafeInteger(end) ? [[start, end] as const] : []
    })
}

/** Areas may go while they are read, and some are only reserved. */
function readAt(memory: number, bytes: Buffer, at: number): number {
  try {
    return readSync(memory, bytes, 0, bytes.length, at)
  } catch {
    return 0
  }
}
