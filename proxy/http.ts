import type { IncomingMessage } from 'node:http'

/** What the HTTP side can tell; all of it read at the moment of asking. */
export interface Facts {
  /** What is missing for it to serve clients; `undefined` when nothing is. */
  missing(): Promise<string | undefined>
  /** The status as one user may see it, or `undefined` for a key that is not good. */
  status(key: string): Promise<object | undefined>
}

export interface Answer {
  readonly status: number
  readonly type: string
  /** Headers beyond the type. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

const json = (status: number, value: object): Answer => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(value)}\n`,
})

const text = (status: number, body: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
})

const UPGRADE = 'This is a WebSocket server: connect with ws:// and send {"action":"authenticate","api_key":"…"}'

/** Answers a plain HTTP request: liveness, readiness, status by key; everything else is told to upgrade. */
export async function answer(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  facts: Facts,
): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'Only GET is served here')
  const path = (request.url ?? '/').split('?', 1)[0]
  switch (path) {
    case '/livez':
      return text(200, 'alive')
    case '/readyz': {
      const missing = await facts.missing()
      return missing === undefined ? text(200, 'ready') : text(503, `not ready: ${missing}`)
    }
    case '/status': {
      const [, key] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
      const status = key === undefined ? undefined : await facts.status(key)
      return status ? json(200, status) : json(401, { error: 'send a valid API key as "Authorization: Bearer KEY"' })
    }
    default:
      return { ...text(426, UPGRADE), headers: { upgrade: 'websocket', connection: 'upgrade' } }
  }
}
