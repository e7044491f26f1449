import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ROOT } from './source.ts'

/** How a receiver stands with one topic. */
export interface Stand {
  readonly got: number
  readonly lost: number
  readonly sequence: number
  /** How often it learned from a position alone that something is missing. */
  readonly positions: number
}

export type Member = ChildProcess

/** One program of `test/support` in a process of its own. */
export const start = (name: string, ...more: readonly (string | number)[]): Member =>
  fork(join(ROOT, 'test/support', name), more.map(String), { stdio: 'inherit' })

/** Asks it, and awaits the answer. */
export async function ask<Answer>(member: Member, word: string): Promise<Answer> {
  const answered = once(member, 'message')
  member.send(word)
  const [answer] = await answered
  return answer as Answer
}

/** Of a receiver. */
export const standsOf = async (member: Member): Promise<Map<string, Stand>> =>
  new Map(await ask<[string, Stand][]>(member, 'stands'))

export const total = (stands: ReadonlyMap<string, Stand>, count: (stand: Stand) => number): number =>
  [...stands.values()].reduce((sum, stand) => sum + count(stand), 0)
