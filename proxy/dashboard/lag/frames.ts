import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { clock } from '../desk.ts'

/** Pictures the browser draws in a second, while this is looked at. */
export function useFrameRate(): number | undefined {
  const rate = useSignal<number | undefined>(undefined)
  useEffect(() => {
    let frames = 0
    let from = clock.monotonic()
    let stop = clock.frame(count)
    function count(): void {
      frames++
      const at = clock.monotonic()
      if (at - from >= 1000) {
        rate.value = Math.round((frames * 1000) / (at - from))
        frames = 0
        from = at
      }
      stop = clock.frame(count)
    }
    return () => stop()
  }, [rate])
  return rate.value
}
