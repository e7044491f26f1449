import { createDecoder } from '../../../adapters/flattrade/codec.ts'
import { scripOf } from '../../emulators/flattrade/list.ts'
import { constants, difference, type Kind, values } from '../../emulators/flattrade/record.ts'
import { type Codec, shares } from './codec.ts'

/** Every message is one record, or what has changed of it after a turn of the market. */
export function flattrade(kind: Kind, isWhole: boolean): Codec {
  const { all, market, turn } = shares(1)
  const [scrip] = all.flatMap(one => scripOf(one) ?? [])
  if (!scrip) throw new Error('The emulated Flattrade lists no share')
  const say = () => values(scrip, market.quote(scrip.contract), kind)
  const before = say()
  turn()
  const letter = kind === 'touchline' ? 't' : 'd'
  const head = { t: `${letter}${isWhole ? 'k' : 'f'}`, e: scrip.exchange, tk: scrip.token }
  const said = isWhole ? { ...head, ...constants(scrip), ...before } : difference(before, say(), head)
  const what = `1 ${kind} ${isWhole ? 'record' : 'update'} in a message`
  return { broker: 'Flattrade', what, frame: JSON.stringify(said), ticks: 1, createDecoder }
}
