import type { Log } from '../../shared/log.ts'

/** The lines of a log, as objects. */
export interface Line {
  readonly level: string
  readonly details: Record<string, unknown>
  readonly text: string
}

/** A log that keeps its lines. */
export function keptLog(): { log: Log; lines: Line[] } {
  const lines: Line[] = []
  const write = (level: string) => (first: Record<string, unknown> | string, text?: string) =>
    lines.push(
      typeof first === 'string' ? { level, details: {}, text: first } : { level, details: first, text: text ?? '' },
    )
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  return { log: log as unknown as Log, lines }
}
