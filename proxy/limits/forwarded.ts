import type { Duplex } from 'node:stream'
import type { Clock } from '../../shared/clock.ts'
import { sendOff } from '../handshake.ts'
import type { Registry } from './register.ts'
import { answerOf } from './turnstile.ts'

interface Forwarded {
  readonly seat: number
  /** As its forwarder told. */
  readonly address: string
  readonly socket: Duplex
}

interface Rooms {
  readonly clock: Clock
  readonly registry: Registry
}

/** Counts a connection that a forwarder brought by the address it comes from: `open` goes on with it, unless it is sent away. */
export function enterForwarded(
  { clock, registry }: Rooms,
  { seat, address, socket }: Forwarded,
  open: () => void,
): void {
  registry.ask({ kind: 'enter', seat, address }, ({ arrival }) => {
    if (arrival?.kind === 'refused') {
      sendOff(socket, answerOf(arrival), clock)
      return
    }
    const leave = () => registry.ask({ kind: 'leave', seat })
    if (socket.destroyed) leave()
    else socket.once('close', leave)
    const goOn = () => {
      if (!socket.destroyed) open()
    }
    if (arrival && arrival.afterMs > 0) clock.after(arrival.afterMs, goOn)
    else goOn()
  })
}
