import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { Tls } from '../../proxy/tls.ts'
import { ManualClock } from '../../shared/clock.ts'
import { writePair } from '../support/certificate.ts'

it('a certificate that cannot even be looked at ends nothing: the one before goes on, and is told of', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tw-tls-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = writePair(folder)
  const [clock, errors] = [new ManualClock(Date.now()), [] as string[]]
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(JSON.parse(line).msg) })
  const tls = new Tls({ files, clock, log })
  const { expiresAt } = tls
  rmSync(files.certFile)
  symlinkSync(files.certFile, files.certFile)
  clock.advance(180_000)
  expect([tls.expiresAt, errors]).toEqual([expiresAt, ['the new certificate is not used, the one before goes on']])
  tls.close()
})
