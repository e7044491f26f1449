import { TickwireError } from '../../shared/errors.ts'
import { type MarketFrame, type SubscribeItem, type SymbolName, stream } from '../client.ts'
import { countOf } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation } from '../invocation.ts'
import { PriceTable } from '../pricetable.ts'
import { clientKey, streamAddress } from '../running.ts'
import { parseSymbols } from '../symbol.ts'
import { strip } from '../terminal.ts'

interface TailOptions {
  readonly mode: 'ltp' | 'quote' | 'depth'
  readonly count?: number
  readonly raw?: boolean
  readonly url?: string
}

const MODES = { ltp: 1, quote: 2, depth: 3 } as const

/** `tickwire tail SYMBOL…`: prices as any client gets them, until Ctrl-C or `--count`. */
export async function tail(globals: Globals, words: readonly string[], options: TailOptions): Promise<void> {
  const symbols = parseSymbols(words)
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const { url, count = Number.POSITIVE_INFINITY, raw = false } = options
  const end = new AbortController()
  const stop = () => end.abort()
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const table = terminal.format === 'table' && !raw ? new PriceTable(terminal, clock) : undefined
  const say = (text: string) => {
    table?.breakOff()
    terminal.say(text)
  }
  const startedAt = clock.monotonic()
  const seen = new Set<string>()
  let frames = 0
  let replied = false

  const onFrame = (frame: MarketFrame, text: string) => {
    if (end.signal.aborted) return
    frames++
    seen.add(`${frame.exchange}:${frame.symbol}`)
    table?.show(frame)
    // One line per frame, whatever the server's spacing.
    if (!table && !raw) terminal.print(JSON.stringify(JSON.parse(text)))
    if (frames >= count) stop()
  }
  const onReply = (items: readonly SubscribeItem[]) => {
    const refused = items.filter(item => item.status !== 'success')
    for (const item of refused) say(refusal(item))
    // Later, after a reconnect, a feed may need a moment; at first it is the user who must know.
    if (!replied && refused.length === items.length) throw nothingLeft(symbols)
    replied = true
  }
  try {
    await stream(
      {
        address: () => url ?? streamAddress(invocation),
        isOwn: url === undefined,
        key: () => clientKey(invocation),
        symbols,
        mode: MODES[options.mode],
        clock,
        onFrame,
        onReply,
        onText: text => raw && !end.signal.aborted && terminal.print(text),
        onLost: (why, pauseMs) => say(`${why}; trying again in ${pauseMs} ms`),
      },
      end.signal,
    )
  } finally {
    table?.close()
  }
  summarise(invocation, frames, seen.size, clock.monotonic() - startedAt)
  process.exit(0)
}

function summarise({ terminal }: Invocation, frames: number, symbols: number, ms: number): void {
  terminal.say(`${countOf(frames, 'frame')} of ${countOf(symbols, 'symbol')} in ${(ms / 1000).toFixed(1)} s`)
}

function refusal({ exchange, symbol, message }: SubscribeItem): string {
  const words = strip(symbol ?? '')
  const name = `${strip(exchange ?? '?')}:${words || '?'}`
  const why = strip(message ?? 'no reason given')
  // What is known under this name says by its topics what it offers.
  const next = why.includes('not offered') ? `explain ${name}` : `search ${words}`
  return `${name} was refused: ${why}\nnext: tickwire instruments ${next}`
}

const nothingLeft = (symbols: readonly SymbolName[]) =>
  new TickwireError('INSTRUMENT_UNKNOWN', `0 of ${symbols.length} symbols could be subscribed`, {
    next: `tickwire instruments search ${symbols[0]?.symbol ?? ''}`,
  })
