import type {
  IPrimitivePaneView,
  ISeriesPrimitive,
  ISeriesPrimitiveAxisView,
  Logical,
  SeriesAttachedParameter,
  Time,
} from 'lightweight-charts'
import { EMPTY, type Scene } from './scene.ts'

export interface Strokes {
  readonly hatch: string
  readonly ground: string
  readonly line: string
  readonly text: string
  readonly label: string
}

type Target = Parameters<NonNullable<ReturnType<IPrimitivePaneView['renderer']>>['draw']>[0]

const SPACING_PX = 7
/** A break of a second is seen as well. */
const NARROWEST_PX = 3

/**
 * What the library does not draw: hatching over the times whose prices are missing, a line where a day ends, and how
 * long the candle lasts, below its price.
 */
export class Hatching implements ISeriesPrimitive<Time> {
  #attached: SeriesAttachedParameter<Time> | undefined
  #scene: Scene = EMPTY
  #strokes: Strokes
  #last: { readonly price: number; readonly countdown: string } | undefined
  readonly #panes: readonly IPrimitivePaneView[]
  readonly #labels: readonly ISeriesPrimitiveAxisView[]

  constructor(strokes: Strokes) {
    this.#strokes = strokes
    this.#panes = [
      {
        zOrder: () => 'bottom',
        renderer: () => ({ draw: target => this.#draw(target) }),
      },
    ]
    const labelPx = 18
    this.#labels = [
      {
        coordinate: () => (this.#attached?.series.priceToCoordinate(this.#last?.price ?? 0) ?? -100) + labelPx,
        text: () => this.#last?.countdown ?? '',
        textColor: () => this.#strokes.text,
        backColor: () => this.#strokes.label,
        visible: () => this.#last !== undefined && this.#last.countdown !== '',
        tickVisible: () => false,
      },
    ]
  }

  attached(parameter: SeriesAttachedParameter<Time>): void {
    this.#attached = parameter
  }

  detached(): void {
    this.#attached = undefined
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#panes
  }

  priceAxisViews(): readonly ISeriesPrimitiveAxisView[] {
    return this.#labels
  }

  show(scene: Scene): void {
    this.#scene = scene
    this.#attached?.requestUpdate()
  }

  paint(strokes: Strokes): void {
    this.#strokes = strokes
    this.#attached?.requestUpdate()
  }

  count(last: { readonly price: number; readonly countdown: string } | undefined): void {
    this.#last = last
    this.#attached?.requestUpdate()
  }

  #x(place: number): number | undefined {
    const scale = this.#attached?.chart.timeScale()
    // The library knows whole places only: for all others it says 0, the left edge.
    const whole = Math.floor(place)
    const left = scale?.logicalToCoordinate(whole as Logical) ?? undefined
    const right = scale?.logicalToCoordinate((whole + 1) as Logical) ?? undefined
    return left === undefined || right === undefined ? undefined : left + (right - left) * (place - whole)
  }

  #draw(target: Target): void {
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      const { hatched, breaks } = this.#scene
      context.save()
      for (const { from, to } of hatched) {
        const [left, right] = [this.#x(from), this.#x(to)]
        if (left === undefined || right === undefined || right < 0 || left > width) continue
        // Whole pixels: of a narrow one between two, hardly a stroke would be seen.
        const start = Math.floor(left)
        const end = Math.max(Math.ceil(right), start + NARROWEST_PX)
        hatch(context, Math.max(0, start), Math.min(width, end), height, this.#strokes)
      }
      context.strokeStyle = this.#strokes.line
      context.lineWidth = 1
      context.setLineDash([4, 4])
      for (const place of breaks) {
        const x = this.#x(place)
        if (x !== undefined) stroke(context, Math.round(x) + 0.5, 0, Math.round(x) + 0.5, height)
      }
      context.restore()
    })
  }
}

function hatch(context: CanvasRenderingContext2D, left: number, right: number, height: number, strokes: Strokes): void {
  context.save()
  context.beginPath()
  context.rect(left, 0, right - left, height)
  context.clip()
  context.fillStyle = strokes.ground
  context.fillRect(left, 0, right - left, height)
  context.strokeStyle = strokes.hatch
  context.lineWidth = 1
  const first = Math.floor((left - height) / SPACING_PX) * SPACING_PX
  for (let x = first; x < right; x += SPACING_PX) stroke(context, x, height, x + height, 0)
  context.restore()
}

function stroke(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath()
  context.moveTo(x1, y1)
  context.lineTo(x2, y2)
  context.stroke()
}
