import { createInterface } from 'node:readline'
import { TickwireError } from '../shared/errors.ts'
import { Secret } from '../shared/secret.ts'

/** Far more than any key; a whole disk piped in by mistake ends here. */
const LONGEST_INPUT = 10_000

/** Asks on the terminal; nothing that is typed is shown. Throws USAGE when it is broken off. */
export async function askSecret(question: string): Promise<Secret> {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  let text = ''
  try {
    for await (const chunk of stdin) {
      for (const char of String(chunk)) {
        if (char === '\r' || char === '\n') return new Secret(text.trim())
        if (char === '\x03' || char === '\x04') throw new TickwireError('USAGE', 'Broken off: nothing was changed')
        text = char === '\x7f' || char === '\b' ? text.slice(0, -1) : text + char
      }
    }
  } finally {
    stdin.setRawMode(false)
    stderr.write('\n')
  }
  return new Secret(text.trim())
}

/** Everything that is piped in. Throws USAGE when it is too long for a secret. */
export async function readSecret(input: AsyncIterable<unknown>): Promise<Secret> {
  let text = ''
  for await (const chunk of input) {
    text += String(chunk)
    if (text.length > LONGEST_INPUT)
      throw new TickwireError('USAGE', `The input is longer than ${LONGEST_INPUT} characters; a key has 64`)
  }
  return new Secret(text.trim())
}

/**
 * Before something is destroyed. `yes` answers beforehand; without a terminal to ask on it is needed.
 * Throws USAGE when there is no yes.
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY)
    throw new TickwireError('USAGE', `${question} There is no terminal to ask on`, { next: 'add --yes' })
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await new Promise<string>(resolve => {
    // Ctrl-C and Ctrl-D close it without an answer.
    lines.on('close', () => resolve(''))
    lines.question(`${question} [y/N] `, resolve)
  })
  lines.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new TickwireError('USAGE', 'Not confirmed: nothing was changed')
}
