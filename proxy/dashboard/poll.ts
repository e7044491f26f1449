import { useEffect, useState } from 'preact/hooks'
import { clock, sessions } from './desk.ts'
import { troubleOf } from './session.ts'

export interface Polled<T> {
  readonly value: T | undefined
  /** The one before. */
  readonly before: T | undefined
  /** Why the last request failed; the value is then an older one. */
  readonly error: string | undefined
  /** Asks now. */
  readonly again: () => void
}

/** Asks a resource again and again, as long as the panel is there and the page can be seen. */
export function usePolled<T>(path: string, everyMs: number): Polled<T> {
  const [polled, setPolled] = useState<Omit<Polled<T>, 'again'>>({
    value: undefined,
    before: undefined,
    error: undefined,
  })
  const [round, setRound] = useState(0)
  useEffect(() => {
    let isGone = false
    const ask = async () => {
      if (document.hidden) return
      try {
        const value = await sessions.call<T>(path)
        if (!isGone) setPolled(last => ({ value, before: last.value, error: undefined }))
      } catch (error) {
        if (!isGone) setPolled(last => ({ ...last, error: troubleOf(error) }))
      }
    }
    void ask()
    const stop = clock.every(everyMs, () => void ask())
    const onShown = () => void ask()
    document.addEventListener('visibilitychange', onShown)
    return () => {
      isGone = true
      stop()
      document.removeEventListener('visibilitychange', onShown)
    }
  }, [path, everyMs, round])
  return { ...polled, again: () => setRound(last => last + 1) }
}
