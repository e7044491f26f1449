import type { FastifyReply, FastifyRequest } from 'fastify'
import { HttpRefusal } from './refusal.ts'

interface Known {
  readonly method: string
  readonly pattern: RegExp
}

const UPGRADE = 'This is a WebSocket server: connect with ws:// and send {"action":"authenticate","api_key":"…"}'
const SHOWN = 64

/** Tells who asked for something that is not there what there is. */
export class Missing {
  readonly #known: Known[] = []

  /** There is a route: `/a/:b`. */
  add(methods: string | readonly string[], url: string): void {
    const pattern = new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+')}$`)
    for (const method of [methods].flat()) this.#known.push({ method, pattern })
  }

  readonly answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const [path = '/'] = request.url.split('?', 1)
    const methods = this.#known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (methods.length > 0 || !isRead) throw notThis(methods.length > 0 ? methods : ['GET', 'HEAD'])
    if (path.startsWith('/api/'))
      throw new HttpRefusal(404, `nothing is at ${path.slice(0, SHOWN)}; there is GET /api/v1/status`)
    return tellUpgrade(reply)
  }
}

/** What asks for nothing that is here means to speak to the WebSocket. */
export const tellUpgrade = (reply: FastifyReply): FastifyReply =>
  reply
    .code(426)
    .headers({ upgrade: 'websocket', connection: 'upgrade, close' })
    .type('text/plain; charset=utf-8')
    .send(`${UPGRADE}\n`)

function notThis(methods: readonly string[]): HttpRefusal {
  const what = `only ${methods.join(' and ')} ${methods.length === 1 ? 'is' : 'are'} served here`
  return new HttpRefusal(405, what, { headers: { allow: methods.join(', ') } })
}
