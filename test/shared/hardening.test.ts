import { describe, expect, it } from 'vitest'
import { childFlags, refuseInspector } from '../../shared/hardening.ts'
import { failure } from '../support/failure.ts'

describe('a process that can be debugged', () => {
  it.each([
    '--inspect',
    '--inspect=0.0.0.0:9229',
    '--inspect-brk',
    '--inspect-wait',
    '--inspect-port=1',
    '--debug-port=1',
  ])('is refused for %s, by one line that names it', flag => {
    const { code, message } = failure(() => refuseInspector(['--no-warnings', flag], undefined))
    expect(code).toBe('CONFIG_INVALID')
    expect(message).toMatch(new RegExp(`^${flag.split('=', 1)[0]}: .*debugger`))
  })

  it('is refused for a debugger that was opened in another way', () => {
    expect(failure(() => refuseInspector([], 'ws://127.0.0.1:9229/x')).message).toMatch(/^--inspect \(NODE_OPTIONS\)/)
  })

  it('is none without either', () => {
    expect(() => refuseInspector(['--import', 'tsx', '--inspection-of-goods'], undefined)).not.toThrow()
  })
})

describe('a child', () => {
  it('gets no debugger, and every flag of ours that this Node knows', () => {
    const own = ['--import', 'tsx', '--inspect=9230']
    const known = new Set(['--disable-sigusr1', '--report-exclude-network'])
    expect(childFlags(own, known)).toEqual(['--import', 'tsx', '--disable-sigusr1', '--report-exclude-network'])
    expect(childFlags(['--disable-sigusr1'], new Set(['--disable-sigusr1']))).toEqual(['--disable-sigusr1'])
    expect(childFlags([], new Set())).toEqual([])
  })
})
