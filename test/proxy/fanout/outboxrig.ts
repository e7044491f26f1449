import { Outbox } from '../../../proxy/fanout/outbox.ts'
import { Turn } from '../../../proxy/fanout/turn.ts'
import { CLASSIC, type Features } from '../../../proxy/features.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { readable, tickMaker, variantOf } from './frames.ts'
import { Kernel } from './kernel.ts'

const COUNTED = { count: true }
export const [A, B, C] = [
  tickMaker(variantOf('A', COUNTED)),
  tickMaker(variantOf('B', COUNTED)),
  tickMaker(variantOf('C', COUNTED)),
] as const
/** Bytes of one tick with a price of one digit. */
export const SIZE = A(1).size
export const STALL_MS = 1000
const SOFT = 10 * SIZE
export const HARD = 30 * SIZE

interface Options {
  readonly oneFramePerWrite?: boolean
  readonly isDeferred?: boolean
  readonly softBytes?: number
}

/** One client's outbox with its kernel. */
export interface Post {
  readonly outbox: Outbox
  readonly kernel: Kernel
  /** Why it was given up. */
  readonly reasons: string[]
}

/** Outboxes of one turn, on a clock that is moved by hand. */
export class OutboxRig {
  readonly clock = new ManualClock()
  readonly turn: Turn
  readonly #first: Post

  constructor(options: Options & { readonly queueTotalBytes?: number; readonly flushMaxMs?: number } = {}) {
    const { queueTotalBytes = 1_000_000, flushMaxMs = 0 } = options
    this.turn = new Turn(this.clock, { flushMaxMs, queueTotalBytes })
    this.#first = this.open(options)
  }

  get outbox(): Outbox {
    return this.#first.outbox
  }

  get kernel(): Kernel {
    return this.#first.kernel
  }

  get reasons(): readonly string[] {
    return this.#first.reasons
  }

  /** What the first client was sent. */
  get said(): string[] {
    return this.kernel.writes.flatMap(readable)
  }

  open({ oneFramePerWrite = false, isDeferred = false, softBytes = SOFT }: Options = {}): Post {
    const kernel = new Kernel()
    const reasons: string[] = []
    const outbox: Outbox = new Outbox({
      sink: kernel.sink,
      limits: { softBytes, hardBytes: Math.max(HARD, softBytes), stallMs: STALL_MS },
      clock: this.clock,
      turn: this.turn,
      oneFramePerWrite,
      isDeferred,
      onGivenUp: why => {
        reasons.push(why)
        outbox.close()
      },
    })
    return { outbox, kernel, reasons }
  }

  grant(features: Partial<Features>): void {
    this.outbox.features = { ...CLASSIC, ...features }
  }

  endOfTurn(): void {
    this.clock.advance(0)
  }

  /** A write the kernel does not take, so that whatever follows has to wait. */
  block({ outbox, kernel }: Pick<Post, 'outbox' | 'kernel'> = this.#first): void {
    kernel.stop()
    outbox.say('.')
    this.endOfTurn()
    kernel.writes.length = 0
  }

  offerAll(make: typeof A, from: number, to: number): void {
    for (let ltp = from; ltp <= to; ltp++) this.outbox.offer(make(ltp))
  }
}
