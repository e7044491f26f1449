import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import type { Config } from '../../shared/config.ts'
import { isLoopback } from '../../shared/network.ts'
import type { Identity } from '../access.ts'
import type { Feeds, FeedView } from '../feeds.ts'
import { Exposition } from '../metrics/exposition.ts'
import { HOPS } from '../metrics/hops.ts'
import type { Meters } from '../metrics/meters.ts'
import { WINDOW_SECONDS } from '../metrics/window.ts'
import { addressOf } from '../visitor.ts'
import type { Whole } from '../whole.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import { refusalSchema } from './refusal.ts'

export interface MetricsParts {
  readonly limits: Pick<Config['proxy'], 'metrics' | 'trustedForwarders'>
  readonly clock: Clock
  readonly whole: () => Promise<Whole>
  readonly feeds: Pick<Feeds, 'views'>
  readonly feedsOf: (identity: Identity) => readonly FeedView[]
  readonly meters: Pick<Meters, 'latency'>
  /** Milliseconds since 1970; absent without TLS. */
  readonly certificateEndsAt: () => number | undefined
}

const ms = z.number().optional()
const figures = z.object({ count: z.number(), p50Ms: ms, p95Ms: ms, p99Ms: ms })
const latencySchema = z
  .object({
    hops: z
      .array(figures.extend({ hop: z.enum(HOPS), sinceStart: figures }))
      .describe('Of the last minute; where nothing came there are no milliseconds.'),
    windowSeconds: z.number(),
    now: z.number(),
  })
  .meta({ id: 'Latency' })

/** What a program that watches this one reads, and how long ticks take, for people. */
export function addMetrics(api: Api, parts: MetricsParts): void {
  const { limits, clock, whole, feeds, feedsOf, meters, certificateEndsAt } = parts
  const exposition = new Exposition(async () => ({
    whole: await whole(),
    feeds: feeds.views(),
    now: clock.now(),
    certificateEndsAt: certificateEndsAt(),
  }))
  // Where forwarders stand, what comes from this machine may be of anybody.
  const isOpen = limits.metrics === 'open' && limits.trustedForwarders.length === 0
  const isOpenTo = (request: FastifyRequest) => isOpen && isFromHere(request)
  api.get(
    '/metrics',
    { config: { access: { scope: 'admin', isOpenTo } }, schema: { hide: true } },
    async (_, reply) => {
      const { type, body } = await exposition.scrape()
      return reply.type(type).send(body)
    },
  )
  api.get(
    '/api/v1/latency',
    {
      schema: {
        operationId: 'latency',
        summary: 'How long ticks take on each stretch of their way',
        response: { 200: latencySchema, 401: refusalSchema },
      },
    },
    async request => {
      const names = feedsOf(identityOf(request)).map(({ name }) => name)
      return { hops: meters.latency(await whole(), names), windowSeconds: WINDOW_SECONDS, now: clock.now() }
    },
  )
}

/**
 * What a forwarder brings to this machine is from anywhere, and so is what a page makes a browser here ask: both name
 * another host, the one that they were asked for.
 */
const isFromHere = ({ raw, headers }: FastifyRequest): boolean =>
  isLoopback(addressOf(raw)) && NEAR.test(headers.host ?? '') && FORWARDED.every(name => headers[name] === undefined)

const NEAR = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i

const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'] as const
