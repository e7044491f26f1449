import { z } from 'zod'
import { Connection } from '../kit/connection.ts'

const request = z.object({
  T: z.literal('SUB_ORD'),
  SLIST: z.array(z.string()),
  SUB_T: z.union([z.literal(1), z.literal(-1)]),
})

/** One connection of the order socket: text both ways. */
export class OrderConnection extends Connection {
  /** `orders`, `trades`, `positions`. */
  readonly subscribed = new Set<string>()

  get subscriptions(): number {
    return this.subscribed.size
  }

  /** An order update, to whoever asked for such. */
  order(content: object): void {
    if (this.subscribed.has('orders')) this.text({ orders: content, s: 'ok' })
  }

  truncated(): void {
    this.text('{"orders":{"id":"261121')
  }

  protected hear(frame: string | Buffer, said: unknown): void {
    if (frame === 'ping') {
      this.beat('pong')
      return
    }
    const parsed = request.safeParse(said)
    if (!parsed.success) return
    const { SLIST, SUB_T } = parsed.data
    for (const name of SLIST)
      if (SUB_T === 1) this.subscribed.add(name)
      else this.subscribed.delete(name)
    const message = SUB_T === 1 ? 'Successfully subscribed' : 'Successfully unsubscribed'
    this.text({ code: 1605, message, s: 'ok' })
  }
}
