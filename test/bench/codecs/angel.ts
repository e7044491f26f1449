import { createDecoder } from '../../../adapters/angel/codec.ts'
import { AngelMarket } from '../../emulators/angel/market.ts'
import { type AngelMode, keyText } from '../../emulators/angel/packet.ts'
import { type Codec, shares } from './codec.ts'

const NAMES: Readonly<Record<AngelMode, string>> = { 1: 'LTP', 2: 'quote', 3: 'snap quote', 4: 'depth of 20' }

/** Every message is one packet. */
export function angel(mode: AngelMode): Codec {
  const { market } = shares(1)
  const board = new AngelMarket({ market, recorded: new Map() })
  const [row] = board.rows
  const frame = row && board.packet(keyText(row), mode)
  if (!frame) throw new Error('The emulated Angel One lists no share')
  return { broker: 'Angel One', what: `1 ${NAMES[mode]} packet in a message`, frame, ticks: 1, createDecoder }
}
