import { createHash } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { Account } from '../kit/account.ts'

/** An app of Kite Connect and its users. */
export class KiteAccount extends Account {
  readonly apiKey: string
  readonly apiSecret: string

  constructor(options: {
    apiKey: string
    apiSecret: string
    userId: string
    clock: Clock
    ended: (accessToken: string) => void
  }) {
    super(options)
    this.apiKey = options.apiKey
    this.apiSecret = options.apiSecret
  }

  /** Exchanges a request token, or says in Kite's words why not. */
  exchange(requestToken: string, checksum: string): { userId: string; accessToken: string } | string {
    if (!this.isGood(requestToken)) return 'Token is invalid or has expired.'
    const right = createHash('sha256').update(`${this.apiKey}${requestToken}${this.apiSecret}`).digest('hex')
    return checksum === right ? (this.redeem(requestToken) ?? '') : 'Invalid `checksum`.'
  }

  /** Whose these are; nobody's when they are wrong or over. */
  holderOf(apiKey: string, accessToken: string): string | undefined {
    return apiKey === this.apiKey ? this.holder(accessToken) : undefined
  }
}
