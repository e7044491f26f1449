import { type Clock, systemClock } from '../shared/clock.ts'
import { systemCode, TickwireError } from '../shared/errors.ts'
import type { Http, HttpAnswer, HttpRequest } from './contract.ts'

export interface HttpLimits {
  /** For the whole of it, from the first byte sent to the last one read. */
  readonly timeoutMs: number
  /** Of a body, unpacked. */
  readonly maxBytes: number
  readonly clock?: Clock
}

/** For a login or a quote: small answers that somebody waits for. */
export const ASK_LIMITS = { timeoutMs: 10_000, maxBytes: 4 * 2 ** 20 } as const

/**
 * One request, one answer: a redirection is an answer like any other and is not followed, since it could lead anything
 * secret elsewhere. Rejects with BROKER_UNREACHABLE when there is no whole answer within the limits. What it says holds
 * the host and the system's word for the failure, nothing of what was sent: addresses, headers and bodies hold secrets,
 * and so do the messages of the library that refuses them.
 */
export const createHttp =
  ({ timeoutMs, maxBytes, clock = systemClock }: HttpLimits): Http =>
  async request => {
    const host = hostOf(request.url)
    const end = new AbortController()
    const late = new Promise<never>((_, reject) => end.signal.addEventListener('abort', reject))
    const stopLimit = clock.after(timeoutMs, () => end.abort())
    try {
      // The library reads for ever what it cannot unpack to its end, aborted or not.
      return await Promise.race([exchange(request, host, maxBytes, end.signal), late])
    } catch (error) {
      if (error instanceof TickwireError) throw error
      if (end.signal.aborted) throw unreachable(host, `has not answered within ${timeoutMs / 1000} s`)
      throw unreachable(host, `cannot be reached: ${wordOf(error)}`)
    } finally {
      stopLimit()
      // Frees the socket of an answer that was not read to its end.
      end.abort()
    }
  }

async function exchange(
  request: HttpRequest,
  host: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { status, headers, body } = await send(request, host, signal)
  return { status, headers: Object.fromEntries(headers), body: await readBody(host, body, maxBytes) }
}

function send({ method, url, headers, body }: HttpRequest, host: string, signal: AbortSignal): Promise<Response> {
  let request: Request
  try {
    request = new Request(url, {
      method,
      redirect: 'manual',
      signal,
      ...(headers && { headers }),
      ...(body && { body }),
    })
  } catch {
    throw new TickwireError('BROKER_REFUSED', `A request to ${host} cannot be made of what the adapter gives`, {
      next: 'log in again: a key or a token holds characters that cannot be sent',
    })
  }
  return fetch(request)
}

async function readBody(host: string, body: Response['body'], maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw unreachable(host, `answers with more than ${maxBytes} bytes, which is the limit`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

function hostOf(url: string): string {
  try {
    return new URL(url).host
  } catch {
    throw new TickwireError('BROKER_REFUSED', 'A request of the adapter has an address that is none', {
      next: 'correct the addresses among the settings of the feed',
    })
  }
}

/** What the library says in place of the system. */
const WORDS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no answer',
  UND_ERR_SOCKET: 'the connection broke off',
}

/** The library hides the system's word one or two causes deep; where it tried several addresses, the last one counts. */
function wordOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return wordOf(error.errors.at(-1))
  const code = systemCode(error)
  if (code !== undefined) return WORDS[code] ?? code
  return error instanceof Error && error.cause !== undefined ? wordOf(error.cause) : 'the connection failed'
}

const unreachable = (host: string, why: string) =>
  new TickwireError('BROKER_UNREACHABLE', `${host} ${why}`, {
    next: 'check the network of this machine, then try again',
  })
