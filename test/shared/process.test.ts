import { type ChildProcess, fork, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryPath } from '../support/datafolder.ts'
import { eventually } from '../support/system.ts'

const SCRIPT = fileURLToPath(new URL('../support/process.mjs', import.meta.url))

type Behaviour =
  | 'begins'
  | 'shows'
  | 'lags'
  | 'stays'
  | 'explains'
  | 'hangs'
  | 'lingers'
  | 'fails'
  | 'gives-up'
  | 'breaks'
  | 'breaks-and-hangs'
  | 'breaks-forwarding'

/** A process that was started alone, or with a supervisor at the other end of an IPC channel. */
function start(behaviour: Behaviour, supervised: boolean) {
  const args = [behaviour, temporaryPath()]
  const child: ChildProcess = supervised
    ? fork(SCRIPT, args, { silent: true })
    : spawn(process.execPath, [SCRIPT, ...args])
  onTestFinished(() => void child.kill('SIGKILL'))
  let out = ''
  const messages: unknown[] = []
  child.stdout?.on('data', bytes => {
    out += String(bytes)
  })
  child.on('message', message => messages.push(message))
  // Not `close`, which does not come after a disconnect from this side.
  const read = new Promise<void>(resolve => child.stdout?.once('close', resolve))
  const ended = new Promise<number | null>(resolve => child.once('exit', code => void read.then(() => resolve(code))))
  const said = () => out.split('\n').flatMap(line => (line ? [JSON.parse(line).text as string] : []))
  return { child, ended, messages, said }
}

describe('a process', () => {
  it('tells its supervisor that it is ready, and what others should know', async () => {
    const { messages } = start('stays', true)
    await eventually(() => messages.length > 0)
    expect(messages).toEqual([{ kind: 'ready', details: { port: 7 } }])
  })

  it('tells its supervisor again and again that it is alive, once it is ready', async () => {
    const { messages } = start('stays', true)
    await eventually(() => messages.length > 2)
    expect(messages.slice(0, 3)).toEqual([
      { kind: 'ready', details: { port: 7 } },
      { kind: 'alive' },
      { kind: 'alive' },
    ])
  })

  it('closes within a time of its own, and unharmed by a supervisor that hears it no more', async () => {
    const { child, ended, messages, said } = start('lingers', true)
    await eventually(() => messages.length > 0)
    child.disconnect()
    expect(await ended).toBe(0)
    expect(said()).toEqual(['fixture is ready', 'fixture stops', 'closing', 'fixture did not close within 2500 ms'])
  })

  it('tells its supervisor why it could not start, and exits with the code of the error', async () => {
    const { messages, ended } = start('fails', true)
    expect(await ended).toBe(78)
    expect(messages).toEqual([
      { kind: 'fatal', code: 'PORT_TAKEN', message: 'Port 7 is taken', next: 'use another', exitCode: 78 },
    ])
  })

  it('throws why it could not start when it has no supervisor', async () => {
    const { ended, said } = start('fails', false)
    expect(await ended).toBe(9)
    expect(said()).toEqual(['PORT_TAKEN'])
  })

  it('closes when it cannot go on by its own word, and then tells its supervisor why', async () => {
    const { messages, ended, said } = start('gives-up', true)
    expect(await ended).toBe(78)
    expect(messages).toEqual([
      { kind: 'ready', details: { port: 7 } },
      { kind: 'fatal', code: 'PORT_TAKEN', message: 'Port 7 went away', next: 'use another', exitCode: 78 },
    ])
    expect(said()).toEqual(['fixture is ready', 'fixture stops', 'closing'])
  })

  it('closes when it cannot go on by its own word, and throws why when it has no supervisor', async () => {
    const { ended, said } = start('gives-up', false)
    expect(await ended).toBe(9)
    expect(said()).toEqual(['fixture is ready', 'fixture stops', 'closing', 'PORT_TAKEN'])
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('closes on %s and exits with 0', async signal => {
    const { child, ended, said } = start('stays', false)
    await eventually(() => said().includes('fixture is ready'))
    child.kill(signal)
    expect(await ended).toBe(0)
    expect(said()).toContain('closing')
  })

  it('leaves Ctrl-C to its supervisor, and closes when that is gone', async () => {
    const { child, ended, messages, said } = start('stays', true)
    await eventually(() => messages.length > 0)
    child.kill('SIGINT')
    child.disconnect()
    expect(await ended).toBe(0)
    expect(said()).toEqual(['fixture is ready', 'fixture stops', 'closing'])
  })

  it.each([
    ['its supervisor says it is a stop', { kind: 'end', ending: 'stop' }, 'closing for a stop'],
    ['its supervisor sends SIGTERM', undefined, 'closing for a restart'],
  ] as const)('closes when %s, and knows what kind of end it is', async (_, word, closing) => {
    const { child, ended, messages, said } = start('explains', true)
    await eventually(() => messages.length > 0)
    if (word) child.send(word)
    else child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(said()).toEqual(['fixture is ready', 'fixture stops', closing])
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('breaks its start off on %s and exits with 0', async signal => {
    const { child, ended, said } = start('begins', false)
    await eventually(() => said().includes('starting'))
    child.kill(signal)
    expect(await ended).toBe(0)
    expect(said()).toEqual(['starting', 'fixture stops'])
  })

  it('closes what a start gives although it was told to end, and never calls itself ready', async () => {
    const { child, ended, messages, said } = start('lags', true)
    await eventually(() => said().includes('starting'))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(said()).toEqual(['starting', 'fixture stops', 'closing'])
    expect(messages).toEqual([])
  })

  it('ends at once on a second signal, but takes one Ctrl-C that npm repeats for one', async () => {
    const { child, ended, said } = start('hangs', false)
    await eventually(() => said().includes('fixture is ready'))
    child.kill('SIGINT')
    child.kill('SIGINT')
    await eventually(() => said().includes('closing'))
    expect(child.exitCode).toBeNull()
    await eventually(() => {
      child.kill('SIGTERM')
      return child.exitCode !== null
    })
    expect(await ended).toBe(1)
  })

  it('ends after 5 s although its close hangs, and says so', async () => {
    const { child, ended, said } = start('hangs', false)
    await eventually(() => said().includes('fixture is ready'))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(said().at(-1)).toBe('fixture did not close within 5000 ms')
  })

  it('logs an error that nobody expected once, with its code, closes, and exits with 1', async () => {
    const { ended, said } = start('breaks', false)
    expect(await ended).toBe(1)
    expect(said()).toEqual(['fixture is ready', 'fixture met an error it did not expect STORE_BUSY', 'closing'])
  })

  it('ends after such an error also with a running forwarder, which no exit waits out', async () => {
    expect(await start('breaks-forwarding', false).ended).toBe(1)
  })

  it('is killed by itself when it does not close after such an error', async () => {
    const { child, ended, said } = start('breaks-and-hangs', false)
    expect(await ended).toBeNull()
    expect(child.signalCode).toBe('SIGKILL')
    expect(said().at(-1)).toBe('closing')
  })

  it('reads again what may have changed on SIGHUP, and goes on', async () => {
    const { child, messages, said } = start('stays', true)
    await eventually(() => messages.length > 0)
    child.kill('SIGHUP')
    await eventually(() => said().includes('reading again'))
    child.kill('SIGHUP')
    await eventually(() => said().filter(text => text === 'reading again').length === 2)
    expect(child.exitCode).toBeNull()
  })

  it('opens no debugger on SIGUSR1, says so, and goes on', async () => {
    const { child, messages, said } = start('stays', true)
    await eventually(() => messages.length > 0)
    child.kill('SIGUSR1')
    await eventually(() => said().some(text => text.startsWith('SIGUSR1 would open the debugger')))
    expect(child.exitCode).toBeNull()
  })

  it('has no prototype to be reached by name, and keeps its connections out of reports', async () => {
    const { said } = start('shows', false)
    await eventually(() => said().length > 0)
    expect(said()[0]).toEqual({ proto: false, network: true, reports: false })
  })
})
