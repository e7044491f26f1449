import type { Grant } from '../../shared/grant.ts'
import type { RegisterLimits, Standing } from './register.ts'

/** Every limit a client can run into. */
export interface ToldLimits extends RegisterLimits {
  readonly maxSymbolsPerMessage: number
  readonly maxMessageBytes: number
  readonly symbolsPerConnection: number
  readonly messagesPerSecond: number
  readonly messagesBurst: number
  readonly authDeadlineMs: number
  readonly maxAnonymousBytes: number
  readonly refusalDelayMs: number
  readonly queueSoftBytes: number
  readonly queueHardBytes: number
  readonly stallMs: number
  readonly pingMs: number
  readonly missedPongs: number
}

/** All limits with what is used of them, as the reply of `authenticate` tells them; a quota of the key goes below. */
export function toldLimits(limits: ToldLimits, standing: Standing | undefined, quota: Grant['quota']): object {
  const least = (limit: number, own: number | undefined) => Math.min(limit, own ?? limit)
  const rate = least(limits.messagesPerSecond, quota?.messagesPerSecond)
  return {
    connections_per_key: { limit: least(limits.connectionsPerKey, quota?.connections), used: standing?.key },
    connections_per_user: { limit: limits.connectionsPerUser, used: standing?.user },
    connections_per_address: { limit: limits.connectionsPerAddress, used: standing?.address },
    connects_per_address_per_second: {
      limit: limits.connectsPerAddressPerSecond,
      burst: limits.connectsPerAddressBurst,
    },
    handshakes_per_second: { limit: limits.handshakesPerSecond },
    max_unauthenticated: { limit: limits.maxUnauthenticated },
    unauthenticated_per_address: { limit: limits.unauthenticatedPerAddress },
    auth_deadline_ms: { limit: limits.authDeadlineMs },
    refusal_delay_ms: { limit: limits.refusalDelayMs },
    bad_keys_per_minute: { limit: limits.badKeysPerMinute },
    bad_keys_per_second: { limit: limits.badKeysPerSecond },
    lock_seconds: { limit: limits.lockSeconds },
    lock_max_seconds: { limit: limits.lockMaxSeconds },
    messages_per_second: { limit: rate, burst: burstOf(limits, rate) },
    symbols_per_connection: { limit: limits.symbolsPerConnection },
    symbols_per_key: { limit: least(limits.symbolsPerKey, quota?.subscriptions), used: standing?.symbols },
    max_symbols_per_message: { limit: limits.maxSymbolsPerMessage },
    max_message_bytes: { limit: limits.maxMessageBytes },
    max_anonymous_bytes: { limit: limits.maxAnonymousBytes },
    queue_soft_bytes: { limit: limits.queueSoftBytes },
    queue_hard_bytes: { limit: limits.queueHardBytes },
    stall_ms: { limit: limits.stallMs },
    ping_ms: { limit: limits.pingMs },
    missed_pongs: { limit: limits.missedPongs },
  }
}

/** A key that allows fewer messages allows as many fewer at once. */
export const burstOf = (
  { messagesPerSecond, messagesBurst }: Pick<ToldLimits, 'messagesPerSecond' | 'messagesBurst'>,
  perSecond: number,
): number => Math.max(1, Math.round((messagesBurst * perSecond) / messagesPerSecond))
