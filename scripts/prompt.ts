import type { Readable } from 'node:stream'
import { TickwireError } from '../shared/errors.ts'
import { Secret } from '../shared/secret.ts'

/** Where a person types, and where he reads the questions. */
export interface Prompt {
  readonly input: Readable & { setRawMode?: (raw: boolean) => unknown }
  readonly output: { write(text: string): unknown }
}

/** Far more than any key; a whole disk piped in by mistake ends here. */
const LONGEST_INPUT = 10_000
/** What arrow keys and their like send. */
const ESCAPE_SEQUENCE = new RegExp(`${String.fromCharCode(27)}(\\[[0-9;?]*[ -/]*[@-~]|O.|.)?`, 'g')

const terminal = (): Prompt => ({ input: process.stdin, output: process.stderr })

/** Asks on the terminal; nothing that is typed is shown. Throws USAGE when it is broken off. */
export const askSecret = async (question: string, signal?: AbortSignal, prompt = terminal()): Promise<Secret> =>
  new Secret(await readAnswer(`${question} (not shown): `, false, prompt, signal))

/** Asks on the terminal, for what others may see. Throws USAGE when it is broken off. */
export const ask = (question: string, signal?: AbortSignal, prompt = terminal()): Promise<string> =>
  readAnswer(`${question}: `, true, prompt, signal)

/** Keys one by one, so that no echo is needed to take a character back. */
function readAnswer(
  question: string,
  shown: boolean,
  { input, output }: Prompt,
  signal?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const end = (settle: () => void) => {
      input.off('data', take)
      input.off('end', finish)
      signal?.removeEventListener('abort', breakOff)
      input.pause()
      input.setRawMode?.(false)
      output.write('\n')
      settle()
    }
    const finish = () => end(() => resolve(text.trim()))
    const breakOff = () => end(() => reject(new TickwireError('USAGE', 'Broken off: nothing was changed')))
    const take = (chunk: unknown) => {
      const typed = String(chunk).replace(ESCAPE_SEQUENCE, '')
      for (const [at, char] of Array.from(typed).entries()) {
        if (char === '\r' || char === '\n') {
          // Several lines pasted at once answer the next questions too.
          const rest = Array.from(typed)
            .slice(at + 1)
            .join('')
            .replace(/^\n/, '')
          finish()
          if (rest) input.unshift(rest)
          return
        }
        if (char === '\x03' || char === '\x04') return breakOff()
        type(char)
      }
    }
    const type = (char: string) => {
      const isErasing = char === '\x7f' || char === '\b'
      if (isErasing && text !== '') text = Array.from(text).slice(0, -1).join('')
      else if (isErasing || /\p{Cc}/u.test(char)) return
      else text += char
      if (shown) output.write(isErasing ? '\b \b' : char)
    }
    if (signal?.aborted) return reject(new TickwireError('USAGE', 'Broken off: nothing was changed'))
    // Before the question is there: what is typed the moment it is seen would be shown by the terminal itself.
    input.setRawMode?.(true)
    output.write(question)
    input.on('data', take)
    input.on('end', finish)
    signal?.addEventListener('abort', breakOff)
    input.resume()
  })
}

/** Everything that is piped in. Throws USAGE when it is too long for a secret. */
export async function readSecret(input: AsyncIterable<unknown>): Promise<Secret> {
  let text = ''
  for await (const chunk of input) {
    text += String(chunk)
    if (text.length > LONGEST_INPUT) throw tooLong()
  }
  return new Secret(text.trim())
}

const tooLong = () => new TickwireError('USAGE', `The input is longer than ${LONGEST_INPUT} characters; no secret is`)

/** The first line that is piped in and is not empty; empty at the end of the input, and when `signal` aborts. */
export function readSecretLine(input: Readable, signal: AbortSignal): Promise<Secret> {
  return new Promise((resolve, reject) => {
    let text = ''
    const end = (line: string) => {
      input.off('data', take)
      input.off('end', finish)
      signal.removeEventListener('abort', finish)
      input.pause()
      resolve(new Secret(line.trim()))
    }
    const finish = () => end(signal.aborted ? '' : text)
    const take = (chunk: unknown) => {
      text = (text + String(chunk)).trimStart()
      const [line, rest] = text.split('\n', 2)
      if (rest !== undefined) end(line ?? '')
      else if (text.length > LONGEST_INPUT) {
        reject(tooLong())
        end('')
      }
    }
    input.on('data', take)
    input.on('end', finish)
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
}

/**
 * Before something is destroyed. `yes` answers beforehand; without a terminal to ask on it is needed.
 * Throws USAGE when there is no yes.
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY)
    throw new TickwireError('USAGE', `${question} There is no terminal to ask on`, { next: 'add --yes' })
  const answer = await ask(`${question} [y/N]`)
  if (!/^y(es)?$/i.test(answer)) throw new TickwireError('USAGE', 'Not confirmed: nothing was changed')
}
