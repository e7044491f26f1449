import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'

/**
 * For the proxy on this machine, found by its data folder: its certificate is for the name that others know it by. Who
 * could listen in its place here could read its memory, too.
 */
export const OWN_PROXY = { rejectUnauthorized: false } as const

export interface NearAnswer {
  readonly status: number
  readonly body: string
}

interface Asking {
  readonly method?: 'GET' | 'POST'
  /** The proxy of another machine: its certificate counts. */
  readonly isFar?: boolean
}

/** Asks a proxy, that of this machine unless told. Rejects with what the system says of one that does not answer in time. */
export function askNear(
  url: string,
  headers: Readonly<Record<string, string>>,
  limitMs: number,
  { method = 'GET', isFar = false }: Asking = {},
): Promise<NearAnswer> {
  const signal = AbortSignal.timeout(limitMs)
  return new Promise((resolve, reject) => {
    const take = (answer: IncomingMessage) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }))
    }
    // A connection of its own, which does not outlive the answer.
    const options = { method, headers, signal, agent: false } as const
    const asking = url.startsWith('https:')
      ? requestSecure(url, { ...options, ...(!isFar && OWN_PROXY) }, take)
      : requestPlain(url, options, take)
    asking.on('error', reject)
    asking.end()
  })
}
