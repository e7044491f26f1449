import type { LoginAnswer } from '../adapters/contract.ts'
import type { PageLogin } from '../adapters/login.ts'
import { TickwireError } from '../shared/errors.ts'
import { Callback, type Verdict } from './callback.ts'
import type { Invocation } from './invocation.ts'
import { askSecret, readSecretLine } from './prompt.ts'

/**
 * Tells where to log in and waits for the first good answer, from the browser or from whoever pastes it. Who
 * has it aborts `signal`, so that nobody waits for more; then it rejects with USAGE, too, when there was none.
 */
export async function answerFromPage(
  invocation: Invocation,
  name: string,
  pending: PageLogin,
  callbackPort: number | 'off',
  signal: AbortSignal,
): Promise<LoginAnswer> {
  let callback: Callback | undefined
  try {
    return await new Promise<LoginAnswer>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(brokenOff()))
      const start = async () => {
        callback = callbackPort === 'off' ? undefined : await listen(invocation, callbackPort, pending, resolve)
        tell(invocation, name, pending, callback)
        await paste(invocation, pending, callback !== undefined, signal).then(found => found && resolve(found))
      }
      start().catch(reject)
    })
  } finally {
    await callback?.close()
  }
}

/** Pasting goes on where the port is not to be had. */
async function listen(
  { terminal, clock }: Invocation,
  port: number,
  pending: PageLogin,
  taken: (answer: LoginAnswer) => void,
): Promise<Callback | undefined> {
  const told = new Set<string>()
  const judge = (address: string): Verdict => {
    try {
      taken(pending.readAnswer(address, 'browser'))
      return 'taken'
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      if (error.code === 'USAGE') return 'none'
      // Any page can send any number of them.
      if (!told.has(error.message)) terminal.say(`\nA browser brought an answer that is not taken: ${error.message}`)
      told.add(error.message)
      return 'refused'
    }
  }
  try {
    return await Callback.open(port, judge, clock)
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    terminal.say(`warning: ${error.message}, so the answer has to be pasted. next: ${error.next ?? ''}`)
    return undefined
  }
}

/** The address goes to whoever reads this terminal and nowhere else: it holds the API key. */
function tell({ terminal }: Invocation, name: string, { url }: PageLogin, callback: Callback | undefined): void {
  const address = callback?.address
  if (terminal.format === 'json') {
    terminal.print(JSON.stringify({ event: 'login', name, url: url.reveal(), ...(address && { callback: address }) }))
    return
  }
  terminal.print(`Log in for ${name} at\n\n  ${url.reveal()}\n`)
  terminal.say(
    callback
      ? `If ${address} is the redirect address registered with your broker, that is all, in a browser on this machine.\n` +
          'Else paste the address that you are sent to, or the token in it, here.'
      : 'Then paste the address that you are sent to, or the token in it, here.',
  )
}

/** What is typed, again and again until it is an answer, or the first line that is piped in. */
async function paste(
  { terminal }: Invocation,
  pending: PageLogin,
  hasCallback: boolean,
  signal: AbortSignal,
): Promise<LoginAnswer | undefined> {
  if (!process.stdin.isTTY) {
    const line = (await readSecretLine(process.stdin, signal)).reveal()
    if (line !== '') return pending.readAnswer(line, 'person')
    if (hasCallback || signal.aborted) return undefined
    throw new TickwireError('USAGE', 'There is no answer on stdin, and none can come from a browser', {
      next: 'leave --callback-port on, or give the address that you are sent to on stdin',
    })
  }
  for (;;) {
    const text = (await askSecret('Address or token', signal)).reveal()
    try {
      if (text !== '') return pending.readAnswer(text, 'person')
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      terminal.say(`${error.message}${error.next === undefined ? '' : `; ${error.next}`}`)
    }
  }
}

const brokenOff = () => new TickwireError('USAGE', 'Broken off: nothing was changed')
