import { systemCode, TickwireError } from '../../shared/errors.ts'
import type { EmulatorManifest, EmulatorOptions, RunningEmulator } from './emulator.ts'

/** An emulator that runs, and what it is. */
export interface Emulated {
  readonly manifest: EmulatorManifest
  readonly running: RunningEmulator
}

/**
 * Starts each on a port of its own: the ones given, the next ones behind the last of them, or free ones for 0. Throws
 * USAGE for a port that is taken; then none is left running.
 */
export async function startEmulators(
  manifests: readonly EmulatorManifest[],
  ports: readonly number[],
  options: Omit<EmulatorOptions, 'port' | 'own'>,
): Promise<Emulated[]> {
  const started: Emulated[] = []
  for (const [place, manifest] of manifests.entries()) {
    const port = portAt(ports, place)
    try {
      const running = await manifest.start({ ...options, port, own: manifest.broker.toUpperCase() })
      started.push({ manifest, running })
    } catch (error) {
      await closeEmulators(started)
      if (systemCode(error) !== 'EADDRINUSE') throw error
      throw new TickwireError('USAGE', `Port ${port} is taken`, { next: 'npm run emulate -- BROKER --port 0' })
    }
  }
  return started
}

/** Behind those that are named come the next ones, or free ones. */
export function portAt(ports: readonly number[], place: number): number {
  const last = ports.at(-1) ?? 0
  return ports[place] ?? (last === 0 ? 0 : last + place - ports.length + 1)
}

export const closeEmulators = async (emulated: readonly Emulated[]): Promise<void> => {
  await Promise.all(emulated.map(({ running }) => running.close()))
}
