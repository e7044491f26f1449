import { expect } from 'vitest'
import type { Said } from './system.ts'

/** The command ended with this code and these two lines, and said nothing else. */
export function expectFailure({ code, out, err }: Said, exit: number, error: string | RegExp, next: string | RegExp) {
  const [first = '', second = '', ...more] = err.trimEnd().split('\n')
  expect(first).toMatch(error)
  expect(second).toMatch(next)
  expect({ code, out, more }).toEqual({ code: exit, out: '', more: [] })
}
