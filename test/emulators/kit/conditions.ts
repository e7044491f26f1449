import type { Clock } from '../../../shared/clock.ts'

/** What goes wrong until it is healed; the REST and the stream side look here before they act. */
export interface Conditions {
  /** No ticks before this instant of the monotonic clock; heartbeats go on. */
  silentUntil: number
  /** Nothing at all before this instant. */
  muteUntil: number
  /** Handshakes are never answered. */
  isDeaf: boolean
  /** The next so many handshakes are answered with this. */
  refusal: { status: number; times: number; retryAfterS?: number } | undefined
  handshakeDelayMs: number
  /** Connections that somebody else holds with the same account. */
  heldConnections: number
  /** REST calls end without an answer, or with this status. */
  rest: 'down' | number | undefined
  /** The list ends inside a row: in a whole answer, or because the transfer broke. */
  listCut: 'body' | 'transfer' | undefined
}

export const fairWeather = (): Conditions => ({
  silentUntil: 0,
  muteUntil: 0,
  isDeaf: false,
  refusal: undefined,
  handshakeDelayMs: 0,
  heldConnections: 0,
  rest: undefined,
  listCut: undefined,
})

export const isMute = (conditions: Conditions, clock: Clock): boolean => clock.monotonic() < conditions.muteUntil

export const isSilent = (conditions: Conditions, clock: Clock): boolean => clock.monotonic() < conditions.silentUntil
