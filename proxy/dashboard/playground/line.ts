import { signal } from '@preact/signals'
import type { PageClock } from '../clock.ts'
import type { AuthReply } from '../protocol.ts'
import { CallError, type Sessions } from '../session.ts'
import { Frames } from './frames.ts'

export type LineState =
  | { readonly phase: 'closed'; readonly why: string }
  | { readonly phase: 'connecting' }
  | { readonly phase: 'open'; readonly features: readonly string[]; readonly connections: string | undefined }

type Limits = { readonly connections_per_key?: { readonly limit: number; readonly used?: number } }

/**
 * A connection of the playground's own, so that the prices of the page stay as they are. It counts as one of those that
 * the key may have, and does not come back by itself.
 */
export class Line {
  readonly state = signal<LineState>({ phase: 'closed', why: '' })
  readonly frames = new Frames()
  readonly #clock: Pick<PageClock, 'now'>
  readonly #sessions: Pick<Sessions, 'ticket'>
  readonly #address: string
  #socket: WebSocket | undefined

  constructor(clock: Pick<PageClock, 'now'>, sessions: Pick<Sessions, 'ticket'>, address: string) {
    this.#clock = clock
    this.#sessions = sessions
    this.#address = address
  }

  async open(features: readonly string[]): Promise<void> {
    this.close('')
    this.state.value = { phase: 'connecting' }
    let ticket: string
    try {
      ticket = await this.#sessions.ticket()
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      this.state.value = { phase: 'closed', why: error.message }
      return
    }
    if (this.state.value.phase !== 'connecting' || this.#socket) return
    const socket = new WebSocket(this.#address)
    this.#socket = socket
    const hello = { action: 'authenticate', api_key: ticket, ...(features.length > 0 && { features }) }
    socket.onopen = () => {
      socket.send(JSON.stringify(hello))
      this.#note('out', JSON.stringify({ ...hello, api_key: '(a ticket)' }))
    }
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (this.#socket !== socket) return
      this.#note('in', data)
      if (this.state.value.phase === 'connecting') this.#greeted(data)
    }
    socket.onclose = ({ code, reason }) => {
      if (this.#socket === socket) this.close(`closed with ${code}${reason && `: ${reason}`}`)
    }
  }

  /** False when there is nobody to send to. */
  send(text: string): boolean {
    if (this.state.value.phase !== 'open' || this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(text)
    this.#note('out', text)
    return true
  }

  close(why = 'closed'): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
    this.state.value = { phase: 'closed', why }
  }

  #greeted(text: string): void {
    const reply = JSON.parse(text) as AuthReply & { readonly limits?: Limits }
    if (reply.type !== 'auth' || reply.status !== 'success') return
    const { limit, used } = reply.limits?.connections_per_key ?? {}
    const connections = limit === undefined || used === undefined ? undefined : `${used} of ${limit} connections`
    this.state.value = { phase: 'open', features: reply.features ?? [], connections }
  }

  #note(direction: 'in' | 'out', text: string): void {
    this.frames.add(this.#clock.now(), direction, text)
  }
}
