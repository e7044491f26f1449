import { vi } from 'vitest'
import { Sessions } from '../../../proxy/dashboard/session.ts'
import { Stream } from '../../../proxy/dashboard/stream.ts'
import { ManualPageClock } from './pageclock.ts'

/** A WebSocket that a test answers. */
class FakeSocket {
  static readonly OPEN = 1
  readonly sent: Record<string, unknown>[] = []
  readyState = 0
  onopen: (() => void) | undefined
  onmessage: ((event: { data: string }) => void) | undefined
  onclose: ((event: { code: number; reason: string }) => void) | undefined

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>)
  }

  /** One that lies dead closes without a word. */
  close(): void {
    this.readyState = 3
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  letIn(): void {
    this.readyState = FakeSocket.OPEN
    this.onopen?.()
    this.say({ type: 'auth', status: 'success' })
  }
}

type Fetch = (address: string, init: RequestInit) => Promise<Response>

/** Session and stream as in a browser, without one. `fetch` answers what the page asks over HTTP. */
export function openPage(fetch: Fetch) {
  const sockets: FakeSocket[] = []
  const kept = new Map<string, string>()
  vi.stubGlobal('fetch', fetch)
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1:8765/' })
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  })
  class Socket extends FakeSocket {
    constructor() {
      super()
      sockets.push(this)
    }
  }
  vi.stubGlobal('WebSocket', Socket)
  const clock = new ManualPageClock()
  const sessions = new Sessions(clock)
  sessions.current.value = { session: 's', userId: 'u', admin: false, endsAt: clock.now() + 3_600_000 }
  const lost: string[] = []
  const stream = new Stream(clock, sessions, {
    onMessage: () => {},
    onOpen: () => {},
    onLost: why => lost.push(why),
  })
  return { clock, sessions, stream, sockets, lost }
}

export const ticketed: Fetch = async () => Response.json({ ticket: 't' })
