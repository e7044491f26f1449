import type { Frame } from '../../../proxy/fanout/frame.ts'
import type { Outbox, OutboxCounts } from '../../../proxy/fanout/outbox.ts'
import { CLASSIC, type Features } from '../../../proxy/features.ts'
import { readable } from './frames.ts'

/** Stands for an outbox: collects what it is offered. */
export class Inbox {
  readonly frames: Frame[] = []
  readonly counts: OutboxCounts = { delivered: 0, folded: 0, lost: 0, abandoned: 0 }
  readonly said: string[] = []
  readonly features: Features

  readonly miss = (lost: number): void => {
    this.counts.lost += lost
  }

  readonly fold = (publications: number): void => {
    this.counts.folded += publications
  }

  /** Nothing waits here. */
  readonly settle = (): void => undefined

  readonly say = (text: string) => void this.said.push(text)

  constructor(features: Partial<Features> = {}) {
    this.features = { ...CLASSIC, ...features }
  }

  readonly offer = (frame: Frame): void => {
    this.frames.push(frame)
    this.said.push(...readable(frame.bytes.toString('latin1')))
  }

  readonly renew = (frame: Frame, folded: number): void => {
    this.offer(frame)
    if (folded > 0) this.said.push(`after ${folded}`)
  }

  get outbox(): Outbox {
    return this as unknown as Outbox
  }
}
