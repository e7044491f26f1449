import { signal } from '@preact/signals'
import { type Name, nameOf } from './names.ts'
import type { DisagreementNotice } from './protocol.ts'

/** `feeds differ by more than 1 %: ZERODHA 101.5, ANGEL 103` */
export const disagreementWords = ({ percent, prices }: Pick<DisagreementNotice, 'percent' | 'prices'>): string =>
  `feeds differ by more than ${percent} %: ${prices.map(({ feed, ltp }) => `${feed} ${ltp}`).join(', ')}`

/** Owner of which instruments have feeds that differ, in words; a connection that is gone says nothing of now. */
export class Disagreements {
  readonly words = signal<ReadonlyMap<Name, string>>(new Map())

  take(notice: DisagreementNotice): void {
    const words = new Map(this.words.peek())
    if (notice.state === 'begun') words.set(nameOf(notice), disagreementWords(notice))
    else words.delete(nameOf(notice))
    this.words.value = words
  }

  clear(): void {
    this.words.value = new Map()
  }
}
