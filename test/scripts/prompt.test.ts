import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ask, askSecret, readSecret, readSecretLine } from '../../scripts/prompt.ts'

/** A terminal whose keys are pressed by hand. */
function keyboard() {
  const raw: boolean[] = []
  const input = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) })
  let shown = ''
  const output = {
    write: (text: string) => {
      shown += text
    },
  }
  return { prompt: { input, output }, raw, press: (keys: string) => input.write(keys), shown: () => shown }
}

describe('a question on the terminal', () => {
  it('shows nothing of a secret, and leaves the terminal as it was', async () => {
    const { prompt, raw, press, shown } = keyboard()
    const answer = askSecret('API secret', undefined, prompt)
    press('hu')
    press('sh\r')
    expect((await answer).reveal()).toBe('hush')
    expect(shown()).toBe('API secret (not shown): \n')
    expect(raw).toEqual([true, false])
  })

  it('is asked when the terminal shows no keys any more: somebody may answer at once', async () => {
    const { prompt, raw, press } = keyboard()
    const rawWhenWritten: (boolean | undefined)[] = []
    const output = { write: () => rawWhenWritten.push(raw.at(-1)) }
    const answer = askSecret('API secret', undefined, { ...prompt, output })
    press('hush\r')
    await answer
    expect(rawWhenWritten).toEqual([true, false])
  })

  it('shows what others may see, and takes back what was erased', async () => {
    const { prompt, press, shown } = keyboard()
    const answer = ask('Client id', undefined, prompt)
    press('\x7fABX\x7f12\n')
    expect(await answer).toBe('AB12')
    expect(shown()).toBe('Client id: ABX\b \b12\n')
  })

  it('gives the lines of one paste to the questions in their order', async () => {
    const { prompt, press } = keyboard()
    press('one\r\ntwo\nthree\n')
    for (const line of ['one', 'two', 'three']) expect(await ask('Next', undefined, prompt)).toBe(line)
  })

  it('does not take arrow keys and other control keys for letters', async () => {
    const { prompt, press } = keyboard()
    const answer = askSecret('Key', undefined, prompt)
    press('a\x1b[D\x1b[1;5C\x1bOPb\tc\n')
    expect((await answer).reveal()).toBe('abc')
  })

  it.each([
    ['\x03', 'Ctrl-C'],
    ['\x04', 'Ctrl-D'],
  ])('is broken off with %j (%s)', async key => {
    const { prompt, raw, press } = keyboard()
    const answer = askSecret('Key', undefined, prompt)
    press(`half${key}`)
    await expect(answer).rejects.toMatchObject({ code: 'USAGE', message: 'Broken off: nothing was changed' })
    expect(raw).toEqual([true, false])
  })

  it('is taken back when the answer comes from elsewhere', async () => {
    const { prompt, raw } = keyboard()
    const elsewhere = new AbortController()
    const answer = askSecret('Key', elsewhere.signal, prompt)
    elsewhere.abort()
    await expect(answer).rejects.toMatchObject({ code: 'USAGE' })
    expect(raw).toEqual([true, false])
  })
})

describe('what is piped in', () => {
  const never = new AbortController().signal

  it('is one secret without the spaces around it', async () => {
    expect((await readSecret(PassThrough.from([' hu', 'sh\n']))).reveal()).toBe('hush')
  })

  it('gives its first line as soon as that is whole, or the end comes', async () => {
    const open = new PassThrough()
    const line = readSecretLine(open, never)
    open.write('\n\nhu')
    open.write('sh\nmore')
    expect((await line).reveal()).toBe('hush')
    expect((await readSecretLine(PassThrough.from(['hush']), never)).reveal()).toBe('hush')
    expect((await readSecretLine(PassThrough.from([]), never)).reveal()).toBe('')
  })

  it('is nothing when nobody waits for it any more', async () => {
    const elsewhere = new AbortController()
    const line = readSecretLine(new PassThrough(), elsewhere.signal)
    elsewhere.abort()
    expect((await line).reveal()).toBe('')
  })

  it('is refused when it is longer than any secret', async () => {
    const disk = () => PassThrough.from(['x'.repeat(20_000)])
    const tooLong = { code: 'USAGE', message: 'The input is longer than 10000 characters; no secret is' }
    await expect(readSecret(disk())).rejects.toMatchObject(tooLong)
    await expect(readSecretLine(disk(), never)).rejects.toMatchObject(tooLong)
  })
})
