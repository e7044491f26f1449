import { readFileSync } from 'node:fs'
import { systemCode, TickwireError } from '../shared/errors.ts'
import type { Instrument, InstrumentKind } from '../shared/market/instrument.ts'
import { isTopicMode, TOPIC_MODES, type TopicMode } from '../shared/market/mode.ts'
import { type InstrumentName, parseSymbols } from './symbol.ts'

/** What `adapter add NAME --external` says of the program that will publish. */
export interface ExternalOptions {
  /** `EXCHANGE:SYMBOL`, several with commas between. */
  readonly symbols: readonly string[]
  /** A file with one `EXCHANGE:SYMBOL` on each line. */
  readonly symbolsFile?: string
  /** `ltp,quote,depth,book20,…` */
  readonly modes?: string
}

const DEFAULT_MODES: readonly TopicMode[] = ['LTP', 'QUOTE']

/**
 * What an external feed publishes: nobody else can tell a client which of its wishes will be served. Throws USAGE when
 * nothing is named, for a symbol or a mode that is none, and for a file that cannot be read.
 */
export function readExternal(
  name: string,
  { symbols, symbolsFile, modes }: ExternalOptions,
): { instruments: readonly Instrument[]; modes: readonly TopicMode[] } {
  const words = [...symbols, ...(symbolsFile === undefined ? [] : readLines(symbolsFile))]
  const instruments = new Map(parseSymbols(words).map(one => [`${one.exchange}:${one.symbol}`, instrumentOf(one)]))
  if (instruments.size === 0)
    throw new TickwireError('USAGE', `Feed ${name} is external: which symbols does its program publish?`, {
      next: `tickwire adapter add ${name} --external --symbols CRYPTO:BTCUSDFUT --modes ltp,quote`,
    })
  return { instruments: [...instruments.values()], modes: modes === undefined ? DEFAULT_MODES : readModes(modes) }
}

function readModes(text: string): TopicMode[] {
  const words = text.split(',').map(word => word.trim().toUpperCase())
  const modes = words.filter(isTopicMode)
  if (modes.length < words.length)
    throw new TickwireError('USAGE', `--modes ${text}: they are ${TOPIC_MODES.join(', ').toLowerCase()}`, {
      next: 'name those the program publishes, for instance --modes ltp,quote',
    })
  return [...new Set(modes)]
}

function readLines(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.map(line => line.trim()).filter(line => line !== '' && !line.startsWith('#'))
  } catch (cause) {
    throw new TickwireError('USAGE', `The symbols file ${file} cannot be read (${systemCode(cause)})`, {
      next: 'give the path of a file with one EXCHANGE:SYMBOL on each line',
      cause,
    })
  }
}

const instrumentOf = ({ exchange, symbol }: InstrumentName): Instrument => ({
  exchange,
  symbol,
  token: symbol,
  brokerSymbol: symbol,
  name: symbol,
  kind: kindOf(exchange, symbol),
})

/** As common symbols tell it by their ends. */
function kindOf(exchange: string, symbol: string): InstrumentKind {
  if (exchange.endsWith('_INDEX')) return 'INDEX'
  if (symbol.endsWith('FUT')) return 'FUT'
  const [, right] = /\d(CE|PE)$/.exec(symbol) ?? []
  return right === 'CE' || right === 'PE' ? right : 'EQ'
}
