import type { Identity } from './access.ts'
import type { Refusal } from './protocol.ts'

export const NO_KEY: Refusal = { code: 'AUTHENTICATION_ERROR', message: 'API key is required' }
export const BAD_KEY: Refusal = { code: 'AUTHENTICATION_ERROR', message: 'Invalid API key' }
export const NO_FEED: Refusal = { code: 'BROKER_ERROR', message: 'No broker configuration found for user' }

export const unsupported = (broker: string): Refusal => ({
  code: 'BROKER_ERROR',
  message: `Unsupported broker: ${broker}. No adapter available.`,
})

/** The id of a key is no secret. */
export const noOrders = ({ keyId }: Pick<Identity, 'keyId'>): Refusal => ({
  code: 'NOT_PERMITTED',
  message: `This key does not read order updates; allow it with: tickwire key allow ${keyId} orders`,
})

/** For a client whose key was bound more narrowly while it was here. */
export const readsLess = (ended: number): Refusal => ({
  code: 'NOT_PERMITTED',
  message: `This key reads less than before: ${ended === 1 ? '1 subscription has' : `${ended} subscriptions have`} ended`,
})
