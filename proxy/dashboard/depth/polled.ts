import { clock, polling, prices } from '../desk.ts'
import type { Price } from '../prices.ts'
import type { Fields } from '../protocol.ts'
import { PolledBooks } from './polledbook.ts'

const books = new PolledBooks()
prices.listen((price, frame) => books.take(price, frame, clock.monotonic()))

/** What of an instrument may be shown as of now, its book too. */
export const shownOf = (price: Price): Fields => books.shown(price, polling.state.peek(), clock.monotonic())
