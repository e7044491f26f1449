import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { OWN_STATUS, ownPeak, peakOf } from './peak.ts'

const MB = 2 ** 20
const TELL = `process.stdout.write(require('node:fs').readFileSync('${OWN_STATUS}', 'utf8'))`

it('a process with much memory does not count as that of its children', () => {
  const much = Buffer.alloc(400 * MB, 1)
  expect(ownPeak()).toBeGreaterThan(much.length)
  expect(peakOf(execFileSync(process.execPath, ['-e', TELL], { encoding: 'utf8' }))).toBeLessThan(200 * MB)
})

it('a text without the number is no zero', () => {
  expect(() => peakOf('Name:\tnode\n')).toThrow('No VmHWM')
})
