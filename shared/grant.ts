import type { TopicMode } from './market/mode.ts'

/** How much a key may take. Absent: what the configuration allows. */
interface Quota {
  readonly connections?: number
  /** Instruments, over all of its connections. */
  readonly subscriptions?: number
  readonly messagesPerSecond?: number
}

/** What bounds a key, beside its feeds and the scope `orders`. Absent: no bound of its own. No key can trade. */
export interface Grant {
  readonly exchanges?: readonly string[]
  readonly modes?: readonly TopicMode[]
  /** Patterns; `*` stands for any text, `?` for one character. */
  readonly symbols?: readonly string[]
  readonly quota?: Quota
  /** CIDR blocks and addresses it may come from. */
  readonly addresses?: readonly string[]
}
