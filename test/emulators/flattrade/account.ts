import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { Account } from '../kit/account.ts'

/** An app of the Pi API and its user. */
export class FlattradeAccount extends Account {
  readonly apiKey: string
  readonly apiSecret: string

  constructor(options: {
    apiKey: string
    apiSecret: string
    userId: string
    clock: Clock
    ended: (token: string) => void
    tokenLifeMs: number | undefined
  }) {
    super({ ...options, mint: () => randomBytes(32).toString('hex') })
    this.apiKey = options.apiKey
    this.apiSecret = options.apiSecret
  }

  /** Exchanges a request code, or says in the broker's words why not. */
  exchange(code: string, proof: string): { userId: string; accessToken: string } | string {
    if (!this.isGood(code)) return 'Invalid Input : Invalid Request Code'
    const right = createHash('sha256').update(`${this.apiKey}${code}${this.apiSecret}`).digest('hex')
    return proof === right ? (this.redeem(code) ?? '') : 'Invalid Input : Invalid API Secret'
  }
}
