import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CertificateFiles, expiryWarning, readPair } from '../../proxy/certificate.ts'
import { systemClock } from '../../shared/clock.ts'
import { writePair } from '../support/certificate.ts'
import { failure } from '../support/failure.ts'

const DAY_MS = 86_400_000
let folder: string
let good: CertificateFiles
let other: CertificateFiles

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tw-tls-'))
  good = writePair(folder)
  other = writePair(folder, { name: 'other' })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const refused = (files: CertificateFiles, now = systemClock.now()) => {
  const { code, message, next } = failure(() => readPair(files, { now: () => now }))
  expect([code, typeof next]).toEqual(['CONFIG_INVALID', 'string'])
  expect(message.split('\n')).toHaveLength(1)
  return message
}

const textFile = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name)
  writeFileSync(path, text, { mode })
  return path
}

describe('a certificate and its key', () => {
  it('are read when they belong together', () => {
    const { cert, key, expiresAt } = readPair(good, systemClock)
    expect(cert).toContain('BEGIN CERTIFICATE')
    expect(key).toContain('PRIVATE KEY')
    expect(Math.round((expiresAt - systemClock.now()) / DAY_MS)).toBe(30)
  })

  it.each([0o644, 0o640, 0o604, 0o660])('are refused with a key that others can read (%o)', mode => {
    const pair = writePair(folder, { name: `open-${mode}` })
    chmodSync(pair.keyFile, mode)
    expect(refused(pair)).toBe(`proxy.tls.key_file (${pair.keyFile}): can be read by other users (${mode.toString(8)})`)
  })

  it('are refused when they were not made together', () => {
    expect(refused({ ...good, keyFile: other.keyFile })).toBe(
      `proxy.tls.key_file (${other.keyFile}): is not the key of ${good.certFile}`,
    )
  })

  it('are refused when the certificate has expired, or is not good yet', () => {
    expect(refused(writePair(folder, { name: 'late', days: -1 }))).toMatch(/^proxy\.tls\.cert_file .* has expired/)
    expect(refused(good, systemClock.now() + 31 * DAY_MS)).toMatch(/^proxy\.tls\.cert_file .* has expired/)
    expect(refused(good, systemClock.now() - DAY_MS)).toMatch(/^proxy\.tls\.cert_file .* is not good before/)
  })

  it('are refused by name when one of them is missing or something else', () => {
    const missing = join(folder, 'nowhere.pem')
    expect(refused({ ...good, certFile: missing })).toMatch(/^proxy\.tls\.cert_file .*nowhere.*ENOENT/)
    expect(refused({ ...good, keyFile: missing })).toMatch(/^proxy\.tls\.key_file .*nowhere.*ENOENT/)
    expect(refused({ ...good, certFile: good.keyFile })).toMatch(/^proxy\.tls\.cert_file .*no certificate in PEM/)
    const junk = textFile('junk.key', 'no key')
    expect(refused({ ...good, keyFile: junk })).toMatch(/^proxy\.tls\.key_file .*no private key in PEM/)
  })

  it('never show anything of the key in a refusal', () => {
    const { key } = readPair(good, systemClock)
    const broken = textFile('broken.key', key.replace(/\n(.{20})/, '\nAAAA$1'))
    expect(refused({ ...good, keyFile: broken })).not.toContain(key.slice(40, 60))
  })
})

describe('the end of a certificate', () => {
  const now = Date.UTC(2026, 10, 22)
  const files = { certFile: '/c.pem', keyFile: '/k.pem' }

  it('is spoken of fourteen days before, and from then on', () => {
    expect(expiryWarning(files, now + 15 * DAY_MS, now)).toBeUndefined()
    expect(expiryWarning(files, now + 14 * DAY_MS, now)).toMatch(
      /\(\/c\.pem\): the certificate ends in 14 days, on 2026-12-06/,
    )
    expect(expiryWarning(files, now - DAY_MS, now)).toMatch(/has expired on 2026-11-21/)
  })
})
