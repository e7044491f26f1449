import {
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  createChart,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts'
import { formatCompact, formatPrice } from '../watch/format.ts'
import { Hatching, type Strokes } from './hatching.ts'
import { movedSlots, type Scene, type Slot } from './scene.ts'
import { IST_MS, type Timeframe } from './timeframes.ts'

interface Colours extends Strokes {
  readonly up: string
  readonly down: string
  readonly muted: string
  readonly panel: string
  readonly upVolume: string
  readonly downVolume: string
}

/** The chart itself: all of the charting library there is in the page, loaded when it is first needed. */
export class Picture {
  readonly #host: HTMLElement
  readonly #chart: IChartApi
  readonly #candles: ISeriesApi<'Candlestick'>
  readonly #volumes: ISeriesApi<'Histogram'>
  readonly #hatching: Hatching
  #colours: Colours
  #slots: readonly Slot[] = []

  /** `onHover`: a place on the axis; `undefined`: the pointer has left. */
  constructor(host: HTMLElement, onHover: (place: number | undefined) => void) {
    this.#host = host
    this.#colours = coloursOf(host)
    this.#chart = createChart(host, {
      autoSize: true,
      // Its logo brings a style element, which the headers of the page forbid. The link is below the chart.
      layout: { attributionLogo: false },
      crosshair: { mode: CrosshairMode.Normal },
      rightPriceScale: { scaleMargins: { top: 0.08, bottom: 0.24 } },
      timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 3, barSpacing: 9 },
      handleScale: { axisPressedMouseMove: true },
    })
    this.#candles = this.#chart.addSeries(CandlestickSeries, { priceLineVisible: true, lastValueVisible: true })
    this.#volumes = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: 'volume',
      priceLineVisible: false,
      lastValueVisible: false,
      priceFormat: { type: 'custom', formatter: formatCompact, minMove: 1 },
    })
    this.#volumes.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } })
    this.#hatching = new Hatching(this.#colours)
    this.#candles.attachPrimitive(this.#hatching)
    this.#chart.subscribeCrosshairMove(({ logical }) => onHover(logical))
    this.#spreadWhenShown()
    this.paint()
  }

  /** What is shown from now on is of another instrument, or of another length. */
  begin(decimals: number, timeframe: Timeframe): void {
    this.#slots = []
    const minMove = decimals > 2 ? 0.0025 : 0.05
    const formatter = (value: number) => formatPrice(value, decimals)
    this.#candles.applyOptions({ priceFormat: { type: 'custom', formatter, minMove } })
    this.#chart.applyOptions({ timeScale: { timeVisible: timeframe !== '1D' } })
    this.#candles.setData([])
    this.#volumes.setData([])
    this.#chart.timeScale().resetTimeScale()
    this.#chart.priceScale('right').applyOptions({ autoScale: true })
  }

  show(scene: Scene): void {
    const { slots } = scene
    const moved = movedSlots(this.#slots, slots)
    for (const slot of moved ?? []) {
      this.#candles.update(this.#barOf(slot))
      this.#volumes.update(this.#columnOf(slot))
    }
    if (!moved) this.#redraw(slots)
    this.#slots = slots
    this.#hatching.show(scene)
    this.#colourLast()
  }

  /** Below the last price: how long its candle lasts. */
  count(countdown: string): void {
    const last = this.#slots.findLast(({ candle }) => candle)?.candle
    this.#hatching.count(last && { price: last.close, countdown })
  }

  /** In the colours the page has now. */
  paint(): void {
    const colours = coloursOf(this.#host)
    this.#colours = colours
    this.#chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colours.panel },
        textColor: colours.muted,
        fontFamily: getComputedStyle(this.#host).fontFamily,
        fontSize: 11,
        panes: { separatorColor: colours.line },
      },
      grid: { vertLines: { visible: false }, horzLines: { color: colours.line } },
      rightPriceScale: { borderColor: colours.line },
      timeScale: { borderColor: colours.line },
    })
    const { up, down } = colours
    this.#candles.applyOptions({
      upColor: up,
      downColor: down,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      wickDownColor: down,
    })
    this.#hatching.paint(colours)
    this.#colourLast()
    this.#redraw(this.#slots)
  }

  close(): void {
    this.#chart.remove()
  }

  /** In a place that is not shown, no candle is wider than half of nothing, and stays so. */
  #spreadWhenShown(): void {
    const scale = this.#chart.timeScale()
    let before = scale.width()
    scale.subscribeSizeChange(width => {
      if (before === 0 && width > 0) scale.resetTimeScale()
      before = width
    })
  }

  /** Of its own: a hollow candle has no colour to lend to the price beside it. */
  #colourLast(): void {
    const last = this.#slots.findLast(({ candle }) => candle)?.candle
    const { up, down } = this.#colours
    this.#candles.applyOptions({ priceLineColor: last && last.close < last.open ? down : up })
  }

  #redraw(slots: readonly Slot[]): void {
    this.#candles.setData(slots.map(slot => this.#barOf(slot)))
    this.#volumes.setData(slots.map(slot => this.#columnOf(slot)))
  }

  #barOf({ start, candle }: Slot) {
    const time = axisTime(start)
    if (!candle) return { time }
    const { open, high, low, close, isPartial } = candle
    // Hollow: not all of it was seen.
    return { time, open, high, low, close, ...(isPartial && { color: this.#colours.panel }) }
  }

  #columnOf({ start, candle }: Slot) {
    const time = axisTime(start)
    if (!candle) return { time }
    const color = candle.close >= candle.open ? this.#colours.upVolume : this.#colours.downVolume
    return { time, value: candle.volume, color }
  }
}

/** The library knows one zone only; what it takes for UTC is India. */
const axisTime = (start: number): UTCTimestamp => ((start + IST_MS) / 1000) as UTCTimestamp

function coloursOf(host: HTMLElement): Colours {
  const style = getComputedStyle(host)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    up: read('--up'),
    down: read('--down'),
    muted: read('--muted'),
    panel: read('--panel'),
    line: read('--line'),
    text: read('--text'),
    label: read('--raised'),
    hatch: read('--warn'),
    ground: read('--raised'),
    upVolume: read('--up-flash'),
    downVolume: read('--down-flash'),
  }
}
