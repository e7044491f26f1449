import { signal } from '@preact/signals'
import type { PageClock } from './clock.ts'

/** Who the page speaks for. It holds neither a key nor a ticket: a session ends by itself, and with its key. */
export interface Session {
  readonly session: string
  readonly userId: string
  readonly keyId?: string
  readonly admin: boolean
  /** Milliseconds since 1970. */
  readonly endsAt: number
}

/** A request that was answered with anything but success; `status` 0: it was not answered. */
export class CallError extends Error {
  readonly status: number
  readonly code: string | undefined
  /** How long the server wants to be left alone. */
  readonly waitMs: number | undefined

  constructor(status: number, message: string, { code, waitMs }: { code?: string | undefined; waitMs?: number } = {}) {
    super(message)
    this.name = 'CallError'
    this.status = status
    this.code = code
    this.waitMs = waitMs
  }
}

/** Why an answer cannot be used, for the person; an answer of nobody's making is no reason to stop asking. */
export const troubleOf = (error: unknown): string =>
  error instanceof CallError ? error.message : 'the answer of the server could not be read'

type Call = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> }

/** Of this tab and this origin alone, gone with the tab. */
const KEPT = 'tickwire.session'
const UNREACHED = 'the server does not answer'
/** What has not been answered whole by then is lost on the way. */
const ANSWER_MS = 10_000

type Clock = Pick<PageClock, 'now' | 'after'>

/** Owner of the session, and of every request over HTTP. */
export class Sessions {
  /** `undefined`: somebody has to sign in. */
  readonly current = signal<Session | undefined>(undefined)
  /** Why there is none any more, for the person. */
  readonly ended = signal<string | undefined>(undefined)
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** By the ticket in the address, which is taken out of it, or by the session of this tab. */
  async begin(): Promise<void> {
    const ticket = /[#&]ticket=([^&]+)/.exec(location.hash)?.[1]
    if (ticket) {
      history.replaceState(undefined, '', location.pathname + location.search)
      const refused = await this.signIn(decodeURIComponent(ticket))
      if (!refused) return
      this.ended.value = ticketWords(refused)
    }
    const kept = readKept()
    if (kept && kept.endsAt > this.#clock.now()) {
      this.current.value = kept
      this.ended.value = undefined
    }
  }

  /** By a key or a ticket, which is forgotten at once; gives why it was refused. */
  async signIn(secret: string): Promise<CallError | undefined> {
    try {
      const headers = { authorization: `Bearer ${secret}` }
      const answer = await send(this.#clock, '/api/v1/session', { method: 'POST', headers })
      const { expiresIn, ...rest } = answer as Omit<Session, 'endsAt'> & { expiresIn: number }
      const session = { ...rest, endsAt: this.#clock.now() + expiresIn * 1000 }
      sessionStorage.setItem(KEPT, JSON.stringify(session))
      this.ended.value = undefined
      this.current.value = session
      return undefined
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      return error
    }
  }

  /** Throws CallError. Who is told that the session is over has to sign in again. */
  async call<T>(path: string, { headers, ...init }: Call = {}): Promise<T> {
    const session = this.current.value
    if (!session) throw new CallError(401, 'sign in first')
    try {
      const all = { ...headers, authorization: `Bearer ${session.session}` }
      return (await send(this.#clock, path, { ...init, headers: all })) as T
    } catch (error) {
      if (error instanceof CallError && error.status === 401 && this.current.value === session)
        this.end('This session is over: its key was revoked or has expired, or it has lasted 12 hours')
      throw error
    }
  }

  /** Opens one connection of the stream. Throws CallError. */
  async ticket(): Promise<string> {
    const { ticket } = await this.call<{ ticket?: string }>('/api/v1/tickets', { method: 'POST' })
    // Something on the way answers in the server's place.
    if (ticket === undefined) throw new CallError(0, 'what answers is not the server')
    return ticket
  }

  async signOut(): Promise<void> {
    const gone = this.call('/api/v1/session', { method: 'DELETE' })
    this.end('Signed out')
    await gone.catch(() => {})
  }

  end(why: string): void {
    sessionStorage.removeItem(KEPT)
    this.ended.value = why
    this.current.value = undefined
  }
}

async function send(clock: Clock, path: string, init: RequestInit): Promise<unknown> {
  const tooLong = new AbortController()
  const cancel = clock.after(ANSWER_MS, () => tooLong.abort())
  let response: Response
  let text: string
  try {
    const { signal } = tooLong
    response = await fetch(addressOf(path), { ...init, signal, cache: 'no-store', credentials: 'omit' })
    // It may be cut off, or stand still, in the middle.
    text = await response.text()
  } catch {
    throw new CallError(0, tooLong.signal.aborted ? `${UNREACHED} within ${ANSWER_MS / 1000} s` : UNREACHED)
  } finally {
    cancel()
  }
  const body = readObject(text)
  if (response.ok) return body
  const { error, message, code } = body as { error?: string; message?: string; code?: string }
  const waitS = Number(response.headers.get('retry-after') ?? Number.NaN)
  throw new CallError(response.status, error ?? message ?? `the server answered ${response.status}`, {
    code,
    ...(Number.isFinite(waitS) && { waitMs: waitS * 1000 }),
  })
}

const ticketWords = ({ status, message }: CallError): string =>
  status === 401
    ? 'The ticket in the address was used before, or is older than a minute: run "tickwire open" again'
    : `The ticket in the address could not be used: ${message}`

/** The page may lie behind a path of a reverse proxy. */
const addressOf = (path: string): string => new URL(`.${path}`, document.baseURI).href

function readObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function readKept(): Session | undefined {
  const kept = readObject(sessionStorage.getItem(KEPT) ?? '') as Partial<Session>
  return typeof kept.session === 'string' && typeof kept.endsAt === 'number' ? (kept as Session) : undefined
}
