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
  const said = isWhole
    ? { t: `${letter}k`, e: scrip.exchange, tk: scrip.token, ...constants(scrip), ...before }
    : { t: `${letter}f`, e: scrip.exchange, tk: scrip.token, ...difference(before, say()) }
  const what = `1 ${kind} ${isWhole ? 'record' : 'update'} in a message`
  return { broker: 'Flattrade', what, frame: JSON.stringify(said), ticks: 1, createDecoder }
}
