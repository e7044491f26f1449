import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { TickwireError } from '../../shared/errors.ts'
import { createLog, type LogOptions } from '../../shared/log.ts'
import { Secret } from '../../shared/secret.ts'

/** A log whose output is kept as text. */
function openLog(options: Partial<LogOptions> = {}) {
  let text = ''
  const to = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const log = createLog({ process: 'proxy', level: 'info', format: 'json', to, ...options })
  return { log, text: () => text, line: () => JSON.parse(text) }
}

test('a line has its level in words, an ISO time, the process and the message', () => {
  const { log, line } = openLog()
  log.warn({ feed: 'ALPHA' }, 'feed is down')
  expect(line()).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    process: 'proxy',
    feed: 'ALPHA',
    msg: 'feed is down',
  })
})

test('lines below the level are not written', () => {
  const { log, text } = openLog({ level: 'error' })
  log.warn('no')
  expect(text()).toBe('')
})

test.each(['apiKey', 'api_key', 'key', 'secret', 'token', 'password', 'authorization', 'totp', 'pin'])(
  'a value named %s never appears, at any depth',
  name => {
    const { log, text } = openLog()
    log.info(
      { [name]: 'canary', request: { [name]: { deep: 'canary' }, of: [{ [name]: 'canary' }], other: 'kept' } },
      'hello',
    )
    expect(text()).not.toContain('canary')
    expect(text()).toContain('kept')
  },
)

test('a line for a terminal costs no more than its length, also one of blanks', () => {
  const { log, text } = openLog({ format: 'pretty' })
  const before = process.cpuUsage()
  log.info(`one \n two${' '.repeat(256 * 1024)}three`)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(200)
  expect(text()).toContain('one | two ')
})

test('a Secret under any name, at any depth, prints as redacted', () => {
  const { log, line } = openLog()
  log.info({ a: { b: { c: new Secret('canary') } }, plain: new Secret('canary') })
  expect(line()).toMatchObject({ a: { b: { c: '[redacted]' } }, plain: '[redacted]' })
})

test('an error keeps code, message, next step and cause, and nothing a library hung on it', () => {
  const { log, line } = openLog()
  const cause = Object.assign(new Error('refused'), { payload: 'canary' })
  log.error({ err: new TickwireError('BUS_UNAVAILABLE', 'The bus is away', { next: 'tickwire bus', cause }) })
  expect(line().err).toEqual({
    code: 'BUS_UNAVAILABLE',
    message: 'The bus is away',
    next: 'tickwire bus',
    cause: 'refused',
  })
})

test('a foreign error also shows where it came from', () => {
  const { log, line } = openLog()
  log.error({ err: Object.assign(new TypeError('odd'), { response: { body: 'canary' } }) })
  expect(line().err).toEqual({ message: 'odd', stack: expect.stringContaining('log.test.ts') })
})

test('the pretty form is one readable line, redacted too', () => {
  const { log, text } = openLog({ format: 'pretty' })
  log.info({ key: 'canary' }, 'listening')
  expect(text()).toMatch(/INFO.*proxy: listening/)
  expect(text()).not.toContain('canary')
})

test('the automatic form is JSON when nobody watches', () => {
  const { log, line } = openLog({ format: 'auto' })
  log.info('listening')
  expect(line().msg).toBe('listening')
})

test('a secret is masked by its value: in messages, fields ten levels down, errors, causes and stacks', () => {
  const secret = new Secret('canary-by-value-3141')
  const { log, text } = openLog()
  let deep: unknown = { list: [`?access_token=${encodeURIComponent(secret.reveal())}`] }
  for (let depth = 0; depth < 10; depth++) deep = { deep }
  const cause = new Error(`the broker repeats ${secret.reveal()}`)
  log.warn({ deep }, `login with ${Buffer.from(secret.reveal()).toString('base64')} failed`)
  log.error({ err: new Error(secret.reveal(), { cause }) })
  log.error(new TickwireError('BROKER_REFUSED', 'no', { next: `ask for ${secret.reveal()}` }))
  expect(text().match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(5)
  expect(text()).not.toMatch(/canary-by-value|Y2FuYXJ5LWJ5LXZhbHVl/)
  for (const line of text().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  secret.forget()
})

test.each(['json', 'pretty'] as const)('one record is one line in the %s form, whatever a stranger says', format => {
  const { log, text } = openLog({ format })
  const said = 'hello\n{"level":60,"msg":"forged"}\r\n\x1b[2J\x1b]0;title\x07\x9b31m\u202etail'
  log.warn({ said, err: new TypeError(said) }, said)
  expect(text().trimEnd().split('\n')).toHaveLength(1)
  expect(text().trimEnd()).not.toMatch(/[\p{Cc}\u202e]/u)
  expect(text()).toContain('forged')
})
