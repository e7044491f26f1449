import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { clock, now } from '../desk.ts'
import { palette, theme } from '../settings.ts'
import type { Minute } from './minute.ts'

const HEIGHT = 56
const FIRST_WIDTH = 260

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** p50 and p95 of each second of the last minute. */
export function Sparkline({ minute, label }: { readonly minute: Minute; readonly label: string }) {
  const place = useRef<HTMLDivElement>(null)
  const dress = `${theme.value} ${palette.value}`
  useEffect(() => {
    const root = place.current
    if (!root || dress === '') return undefined
    const line = (name: string) => ({ stroke: colour(name), width: 1.5, points: { show: false }, spanGaps: false })
    const plot = new uPlot(
      {
        width: root.clientWidth || FIRST_WIDTH,
        height: HEIGHT,
        cursor: { show: false },
        legend: { show: false },
        scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(1, high ?? 1)] } },
        axes: [
          { show: false },
          {
            size: 52,
            stroke: colour('--muted'),
            font: '11px system-ui',
            grid: { stroke: colour('--line'), width: 1 },
            ticks: { show: false },
            splits: (_, __, low, high) => [low, high],
            values: (_, all) => all.map(one => `${Math.round(one)} ms`),
          },
        ],
        series: [{}, line('--accent'), line('--warn')],
        padding: [6, 4, 6, 0],
      },
      [[], [], []],
      root,
    )
    const resize = new ResizeObserver(() => plot.setSize({ width: root.clientWidth || FIRST_WIDTH, height: HEIGHT }))
    resize.observe(root)
    const stop = now.subscribe(() => {
      const seconds = minute.seconds(clock.monotonic())
      plot.setData([
        seconds.map((_, nth) => nth - seconds.length),
        seconds.map(one => one?.p50),
        seconds.map(one => one?.p95),
      ])
    })
    return () => {
      stop()
      resize.disconnect()
      plot.destroy()
    }
  }, [minute, dress])
  return <div ref={place} class="sparkline" role="img" aria-label={label} />
}
