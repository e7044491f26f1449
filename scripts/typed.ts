import type { LoginAnswer } from '../adapters/contract.ts'
import type { GrantedTicket, TypedLogin } from '../adapters/login.ts'
import { TickwireError } from '../shared/errors.ts'
import { askSecret, readSecretLine } from './prompt.ts'
import { oneLine } from './terminal.ts'

/** Gives a question so much time; the signal aborts when it is over. */
export type Waiting = <T>(ask: (signal: AbortSignal) => Promise<T>) => Promise<T>

interface TypedParts {
  /** Asks the broker. Rejects with CREDENTIALS_REJECTED for an answer that is wrong. */
  readonly redeem: (answer: LoginAnswer) => Promise<GrantedTicket>
  readonly within: Waiting
  readonly say: (text: string) => void
}

/** Brokers lock accounts after some more wrong codes. */
const MOST_TRIES = 3

/**
 * Logs in with what the person types, not shown, or with the first line that is piped in; at once when nothing is to be
 * asked. On a terminal a wrong answer may be typed again, three in all.
 */
export async function typeLogin(pending: TypedLogin, { redeem, within, say }: TypedParts): Promise<GrantedTicket> {
  const { question } = pending
  if (question === undefined) return redeem({ code: '' })
  if (!process.stdin.isTTY) return redeem(await within(signal => readPiped(pending, oneLine(question), signal)))
  for (let tries = 1; ; tries++) {
    const answer = await within(signal => askUntilAnswered(pending, oneLine(question), say, signal))
    try {
      return await redeem(answer)
    } catch (error) {
      if (!(error instanceof TickwireError) || error.code !== 'CREDENTIALS_REJECTED' || tries === MOST_TRIES)
        throw error
      tell(error, say)
    }
  }
}

async function readPiped(pending: TypedLogin, question: string, signal: AbortSignal): Promise<LoginAnswer> {
  const line = (await readSecretLine(process.stdin, signal)).reveal()
  if (line !== '') return pending.readAnswer(line)
  throw new TickwireError('USAGE', `There is nothing on stdin, and what is asked for is: ${question}`, {
    next: 'pipe it in, one line, or run the command on a terminal',
  })
}

/** What is no answer costs nothing: the broker does not hear of it. */
async function askUntilAnswered(
  pending: TypedLogin,
  question: string,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<LoginAnswer> {
  for (;;) {
    const text = (await askSecret(question, signal)).reveal()
    try {
      if (text !== '') return pending.readAnswer(text)
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      tell(error, say)
    }
  }
}

const tell = ({ message, next }: TickwireError, say: (text: string) => void): void =>
  say(next === undefined ? message : `${message}; ${next}`)
