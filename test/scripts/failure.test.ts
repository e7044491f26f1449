import { describe, expect, it } from 'vitest'
import { EXIT_CODES, explainFailure } from '../../scripts/failure.ts'
import { createProgram } from '../../scripts/program.ts'
import { ERROR_CODES, type ErrorCode, TickwireError } from '../../shared/errors.ts'

/** The usage error of a command line that Commander refuses. */
async function refused(...args: string[]) {
  try {
    await createProgram('1.2.3').parseAsync(args, { from: 'user' })
  } catch (error) {
    return explainFailure(error, false)
  }
  throw new Error('the command line was accepted')
}

describe('a failure', () => {
  it('is one line with its code and one with the next step', () => {
    const error = new TickwireError('PORT_TAKEN', 'Port 1 is taken', { next: 'use another' })
    expect(explainFailure(error, false)).toEqual({
      lines: ['error PORT_TAKEN: Port 1 is taken', 'next: use another'],
      exitCode: 78,
    })
  })

  it('shows the stack for --debug only', () => {
    const error = new TickwireError('NOT_FOUND', 'gone')
    expect(explainFailure(error, false).lines).toEqual(['error NOT_FOUND: gone'])
    expect(explainFailure(error, true).lines.join('\n')).toContain('failure.test.ts')
  })

  it('that nobody foresaw is one line, too, and exits with 1', () => {
    const { lines, exitCode } = explainFailure(new Error('boom\nsecond line'), false)
    expect(lines[0]).toBe('error UNEXPECTED: boom')
    expect(lines).toHaveLength(2)
    expect(exitCode).toBe(1)
  })

  it('of the command line exits with 2 and suggests what was meant', async () => {
    expect(await refused('tial')).toMatchObject({
      exitCode: 2,
      lines: [expect.stringContaining('Did you mean tail?'), expect.anything()],
    })
    expect((await refused('up', '--prot', '1')).lines[0]).toContain('Did you mean --port?')
    expect((await refused('up', '--port', '99999')).lines[0]).toContain('1 to 65535')
    expect((await refused('key', 'create', 'x', '--expires', 'soon')).lines[0]).toContain('30d')
  })

  it('of the command line points to the help of the command it was made in', async () => {
    const next = async (...args: string[]) => (await refused(...args)).lines[1]
    expect(await next('tial')).toBe('next: tickwire --help')
    expect(await next('up', '--prot', '1')).toBe('next: tickwire up --help')
    expect(await next('key', 'crate')).toBe('next: tickwire key --help')
    expect(await next('key', 'create')).toBe('next: tickwire key create --help')
    expect(await refused('instruments')).toMatchObject({
      exitCode: 2,
      lines: [
        'error USAGE: tickwire instruments needs one of: sync, search, explain',
        'next: tickwire instruments --help',
      ],
    })
  })

  it('repeats neither the value of an option nor a key, which are secrets', async () => {
    const { lines } = await refused('key', 'import', 'x', '--api-key=tw_live_abc')
    expect(lines[0]).toBe(
      'error USAGE: tickwire key import takes no --api-key: secrets have no place on a command line',
    )
    expect(lines.join()).not.toContain('tw_live_abc')
    const other = await refused('key', 'import', 'x', '--apples=tw_live_abc')
    expect(other.lines[0]).toContain("unknown option '--apples=…'")
    expect((await refused('key', 'tw_live_abc')).lines.join()).not.toContain('tw_live_abc')
    expect((await refused('key', 'aB'.repeat(32))).lines.join()).not.toContain('aBaB')
  })

  it('has a documented exit code for every error code', () => {
    const documented = EXIT_CODES.map(([code]) => code)
    const used = (Object.keys(ERROR_CODES) as ErrorCode[]).map(code => ERROR_CODES[code].exit)
    expect(documented).toEqual(expect.arrayContaining(used))
  })
})
