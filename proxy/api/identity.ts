import type { FastifyRequest } from 'fastify'
import type { Audit } from '../../shared/audit.ts'
import type { Clock } from '../../shared/clock.ts'
import { type KeyScope, readKey } from '../../shared/key.ts'
import type { Access, Identity } from '../access.ts'
import { countBadKey } from '../badkey.ts'
import type { Registry } from '../limits/register.ts'
import { addressOf } from '../visitor.ts'
import { HttpRefusal, retryAfter } from './refusal.ts'
import type { Turns } from './turns.ts'

/** Who may ask a route. Without any: who has a key, in a header. */
export interface RouteAccess {
  /** Anybody. */
  readonly isOpen?: true
  /** Anybody, as far as this says so of the request. */
  readonly isOpenTo?: (request: FastifyRequest) => boolean
  /** Its key may also stand in the field `apikey` of the body. */
  readonly takesBodyKey?: true
  /** A ticket may stand in the address as `?ticket=`, and is used up by it. */
  readonly takesTicket?: true
  /** Only a key with this scope. */
  readonly scope?: KeyScope
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess
  }
}

export interface DoorkeeperParts {
  readonly access: Pick<Access, 'identify' | 'redeem' | 'allows'>
  readonly registry: Registry
  readonly audit: Audit
  readonly clock: Clock
  readonly turns: Turns
}

export const NO_KEY = 'send a valid API key as "Authorization: Bearer KEY"'

const LASTING = 'only a ticket may stand in the address: what stands there ends up in logs, so replace this key'

const USED_UP =
  'this ticket is used up, or older than a minute: each opens one stream, so ask POST /api/v1/tickets for a new one'

const known = new WeakMap<FastifyRequest, Identity>()

/** Who sent a request, for a route that does not say that anybody may. */
export function identityOf(request: FastifyRequest): Identity {
  const identity = known.get(request)
  if (!identity) throw new Error(`${request.routeOptions.url} is open to anybody, and nobody is known there`)
  return identity
}

/** Asks who comes, before anything else of a request is looked at: who has no key is told of nothing. */
export class Doorkeeper {
  readonly #parts: DoorkeeperParts

  constructor(parts: DoorkeeperParts) {
    this.#parts = parts
  }

  /** With what the head of a request says. */
  readonly atHead = async (request: FastifyRequest): Promise<void> => {
    const rule = ruleOf(request)
    if (rule && !rule.takesBodyKey) await this.#admit(request, rule, bearerOf(request))
  }

  /** With its body, where a key may stand there. */
  readonly atBody = async (request: FastifyRequest): Promise<void> => {
    const rule = ruleOf(request)
    if (rule?.takesBodyKey) await this.#admit(request, rule, bearerOf(request) ?? keyInBody(request.body))
  }

  async #admit(request: FastifyRequest, rule: RouteAccess, key: string | undefined): Promise<void> {
    const { access, turns } = this.#parts
    const address = addressOf(request.raw)
    const ticket = rule.takesTicket ? ticketIn(request.query) : undefined
    if (key === undefined && ticket === undefined) throw new HttpRefusal(401, NO_KEY)
    const identity = key === undefined ? access.redeem(ticket ?? '', address) : access.identify(key, address)
    if (identity === 'lasting') throw new HttpRefusal(400, LASTING)
    // Nobody guesses 256 bits; browsers open a stream again by themselves, with what is used up.
    if (!identity && key === undefined && readKey(ticket ?? '')?.kind === 'own') throw this.#usedUp(address)
    if (!identity) throw await this.badKey(address)
    turns.take(identity)
    if (rule.scope !== undefined && !access.allows(identity, rule.scope))
      throw new HttpRefusal(403, `this key has not the scope ${rule.scope}; tickwire key change ID --${rule.scope}`)
    known.set(request, identity)
  }

  #usedUp(address: string): HttpRefusal {
    const reason = 'a ticket that is used up or over'
    this.#parts.audit.record({ action: 'auth.refused', actor: 'stranger', address, result: 'refused', reason })
    return new HttpRefusal(401, USED_UP)
  }

  /** From an address that shows too many it is told to wait. A good key from there is good all the while. */
  async badKey(address: string): Promise<HttpRefusal> {
    const { isLocked, waitMs = 0 } = await countBadKey(this.#parts, address)
    if (!isLocked) return new HttpRefusal(401, NO_KEY)
    const told = 'too many bad keys from this address: wait, and send a valid API key'
    return new HttpRefusal(429, told, { headers: retryAfter(waitMs) })
  }
}

/** `undefined`: nobody is asked. */
function ruleOf(request: FastifyRequest): RouteAccess | undefined {
  const { access = {} } = request.routeOptions.config
  return request.is404 || request.method === 'OPTIONS' || access.isOpen || access.isOpenTo?.(request)
    ? undefined
    : access
}

/** The key that the head of a request shows. */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  const said = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const classic = headers['x-api-key']
  return said ?? (typeof classic === 'string' && classic !== '' ? classic : undefined)
}

const keyInBody = (body: unknown): string | undefined => textOf(body, 'apikey')
const ticketIn = (query: unknown): string | undefined => textOf(query, 'ticket')

function textOf(fields: unknown, name: string): string | undefined {
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, name)) return undefined
  const value = (fields as Record<string, unknown>)[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
