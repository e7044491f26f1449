import { Gate } from '../../proxy/limits/gate.ts'
import { Turnstile } from '../../proxy/limits/turnstile.ts'
import type { Clock } from '../../shared/clock.ts'
import { type Config, loadConfig } from '../../shared/config.ts'
import { ROOMY } from './roomy.ts'

/** One that lets everybody in at once, unless a limit is given. */
export function openTurnstile(clock: Clock, limits: Partial<Config['proxy']> = {}): Turnstile {
  const all = { ...loadConfig({}, {}).proxy, ...ROOMY, ...limits }
  return new Turnstile({ clock, gate: new Gate(all, clock.monotonic(), () => 0) })
}
