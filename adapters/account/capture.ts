import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import { textsOf } from '../../shared/redaction.ts'
import { Secret } from '../../shared/secret.ts'
import { TapeWriter } from '../../shared/tape.ts'
import type { LinkCapture } from '../runtime/session/link.ts'

/** What the broker sends, kept on a tape while the feed runs. */
export interface Capture {
  readonly record: LinkCapture
  /** Frames that hold a text of this JSON object are not kept. */
  readonly protect: (sealed: Secret) => void
  /** Resolves when the tape is on the disk. */
  close(): Promise<void>
}

/** Throws FOLDER_UNUSABLE when the file cannot be made or is there already. A disk that fails later ends the tape alone. */
export function openCapture(
  path: string,
  { feed, broker, clock, log }: { feed: string; broker: string; clock: Clock; log: Log },
): Capture {
  const onEnd = (err: Error) => log.warn({ err }, 'the capture has ended; the feed goes on')
  const tape = TapeWriter.open(path, { feed, broker, startedAt: clock.now() }, [], { onEnd })
  log.info({ path }, 'what the broker sends is captured')
  return {
    record(connection, frame, receivedAt) {
      tape.append({ receivedAt, connection, direction: 'in', frame })
    },
    protect: sealed => tape.protect(secretsIn(sealed)),
    async close() {
      await tape.close()
      log.info({ path, ...tape.counts }, 'the capture is closed')
    },
  }
}

const secretsIn = (sealed: Secret): Secret[] => textsOf(JSON.parse(sealed.reveal())).map(text => new Secret(text))
