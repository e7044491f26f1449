import type { Cancel } from '../clock.ts'
import { clock, prices, serverNow } from '../desk.ts'
import { type Name, partsOf } from '../names.ts'
import { decimalsOf } from '../watch/format.ts'
import { aggregate } from './candles.ts'
import { writeLegend } from './legend.ts'
import type { Picture } from './picture.ts'
import { EMPTY, type Scene, sceneOf } from './scene.ts'
import { candlesOf, outages, recall } from './seen.ts'
import { countdown, endOf, type Timeframe } from './timeframes.ts'

interface Followed {
  readonly name: Name
  readonly length: Timeframe
  readonly host: HTMLElement
  readonly legend: HTMLElement
}

/** Draws an instrument into its places, until the returned function is called: with each price, and each second. */
export function follow({ name, length, host, legend }: Followed): Cancel {
  const { exchange } = partsOf(name)
  const decimals = decimalsOf(exchange)
  let scene: Scene = EMPTY
  let hovered: number | undefined
  let picture: Picture | undefined
  let isClosed = false

  const write = () => writeLegend(legend, scene, hovered, { decimals, now: serverNow() })
  const count = () => {
    const last = scene.slots.findLast(({ candle }) => candle)
    const leftMs = last && length !== '1D' ? endOf(last.start, length) - serverNow() : 0
    picture?.count(leftMs > 0 ? countdown(leftMs) : '')
  }
  const draw = () => {
    const wanted = { timeframe: length, exchange, now: serverNow() }
    scene = sceneOf(aggregate(candlesOf(name), length, exchange), outages.of(name), wanted)
    picture?.show(scene)
    count()
    write()
  }
  const stops = [
    prices.watch(name, draw),
    clock.every(1000, () => {
      // An outage grows without a tick.
      if (outages.of(name).some(({ to }) => to === undefined)) draw()
      else count()
    }),
  ]

  const begin = async () => {
    // The first view does not wait for the charting library.
    const { Picture } = await import('./picture.ts')
    if (isClosed) return
    picture = new Picture(host, place => {
      hovered = place
      write()
    })
    picture.begin(decimals, length)
    draw()
    const observer = new MutationObserver(() => picture?.paint())
    observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'data-palette'] })
    stops.push(() => observer.disconnect())
  }
  void begin()
  void recall(name).then(() => isClosed || draw())

  return () => {
    isClosed = true
    for (const stop of stops) stop()
    picture?.close()
  }
}
