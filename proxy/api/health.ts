import { z } from 'zod'
import { VERSION } from '../../shared/version.ts'
import type { Api } from './app.ts'

export interface Health {
  /** Milliseconds for which the event loop has been held up. */
  lagMs(): number
  /** What is missing for it to serve clients; `undefined` when nothing is. */
  missing(): Promise<string | undefined>
}

const healthSchema = z.object({ status: z.enum(['ok', 'degraded']), version: z.string() }).meta({ id: 'Health' })

/** A process that is held up for longer serves nobody. */
const LAG_LIMIT_MS = 10_000
const PLAIN = 'text/plain; charset=utf-8'
const open = { config: { access: { isOpen: true } }, schema: { hide: true } } as const

/** For who starts and stops the process: words, without a key. */
export function addHealth(api: Api, health: Health): void {
  api.get('/livez', open, async (_, reply) => {
    const lag = health.lagMs()
    reply.type(PLAIN)
    if (lag <= LAG_LIMIT_MS) return 'alive\n'
    return reply.code(503).send(`held up: its event loop stood still for ${Math.round(lag / 1000)} s\n`)
  })
  api.get('/readyz', open, async (_, reply) => {
    const missing = await health.missing()
    reply.type(PLAIN)
    return missing === undefined ? 'ready\n' : reply.code(503).send(`not ready: ${missing}\n`)
  })
  for (const path of ['/health', '/api/system/health'])
    api.get(
      path,
      {
        config: { access: { isOpen: true } },
        schema: {
          operationId: 'health',
          hide: path !== '/health',
          summary: 'Whether it serves, without a key and so without more',
          response: { 200: healthSchema },
        },
      },
      async () => {
        const isWell = health.lagMs() <= LAG_LIMIT_MS && (await health.missing()) === undefined
        return { status: isWell ? ('ok' as const) : ('degraded' as const), version: VERSION }
      },
    )
}
