import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Clock } from '../shared/clock.ts'
import { systemCode, TickwireError } from '../shared/errors.ts'

/** Where the operator keeps them. */
export interface CertificateFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** A certificate and its key, both read and found to belong together. */
export interface Pair {
  /** PEM, with the chain. */
  readonly cert: string
  /** PEM. */
  readonly key: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

const DAY_MS = 86_400_000
/** How long before its end a certificate is spoken of. */
export const WARNING_MS = 14 * DAY_MS
const READ_BY_OTHERS = 0o077
/** A service manager hands a file over by an access list: the bits of its group are the mask of that list. */
const READ_BY_ALL = 0o007
const ROOT = 0

const CERT = 'proxy.tls.cert_file'
const KEY = 'proxy.tls.key_file'

/** The files of a configuration that has both. */
export const certificateFiles = ({
  certFile,
  keyFile,
}: {
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
}): CertificateFiles | undefined =>
  certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile }

/** Throws CONFIG_INVALID, which names the setting and the file, for whatever would keep clients from trusting it, or others from not having it. */
export function readPair({ certFile, keyFile }: CertificateFiles, clock: Pick<Clock, 'now'>): Pair {
  const cert = read(CERT, certFile)
  const certificate = readCertificate(certFile, cert)
  judgeOwner(keyFile)
  const key = read(KEY, keyFile)
  if (!certificate.checkPrivateKey(readKey(keyFile, key)))
    throw invalid(
      KEY,
      keyFile,
      `is not the key of ${certFile}`,
      'give the certificate and the key that were made together',
    )
  const [from, expiresAt] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
  if (expiresAt <= clock.now()) throw invalid(CERT, certFile, `has expired: it was good until ${day(expiresAt)}`, RENEW)
  if (from > clock.now())
    throw invalid(CERT, certFile, `is not good before ${day(from)}`, 'look at the clock of this machine: date')
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw invalid(CERT, certFile, `cannot be used: ${wordsOf(cause)}`, RENEW)
  }
  return { cert, key, expiresAt }
}

/** What a person should know of how long it is still good; `undefined` while there is time. */
export function expiryWarning({ certFile }: CertificateFiles, expiresAt: number, now: number): string | undefined {
  const left = expiresAt - now
  if (left > WARNING_MS) return undefined
  const when = left <= 0 ? 'has expired on' : `ends in ${Math.floor(left / DAY_MS)} days, on`
  return `${CERT} (${certFile}): the certificate ${when} ${day(expiresAt)}; put a new one there, it is read by itself`
}

const RENEW = 'get a new certificate from whoever issued it'
const day = (at: number): string => new Date(at).toISOString().slice(0, 10)

const invalid = (setting: string, path: string, why: string, next: string) =>
  new TickwireError('CONFIG_INVALID', `${setting} (${path}): ${why}`, { next })

/** OpenSSL's own words, without the numbers before them. */
const wordsOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.replace(/^error:[0-9A-F]+:/, '') ?? ''

function read(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(setting, path, error)
  }
}

const unreadable = (setting: string, path: string, error: unknown) =>
  invalid(setting, path, `cannot be read (${systemCode(error) ?? 'unknown reason'})`, `ls -l ${path}`)

function readCertificate(path: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch {
    throw invalid(CERT, path, 'is no certificate in PEM', 'it begins with -----BEGIN CERTIFICATE-----')
  }
}

function readKey(path: string, text: string): KeyObject {
  try {
    return createPrivateKey(text)
  } catch {
    throw invalid(KEY, path, 'is no private key in PEM, or asks for a passphrase', 'give one without a passphrase')
  }
}

function judgeOwner(path: string): void {
  let found: ReturnType<typeof statSync>
  try {
    found = statSync(path)
  } catch (error) {
    throw unreadable(KEY, path, error)
  }
  const user = process.getuid?.()
  if (user === undefined) return
  const { mode, uid, gid } = found
  const isHandedOver = user !== ROOT && uid === ROOT && gid === ROOT
  if (mode & (isHandedOver ? READ_BY_ALL : READ_BY_OTHERS))
    throw invalid(
      KEY,
      path,
      `can be read by other users (${(mode & 0o777).toString(8)})`,
      `chmod 400 ${path}, and get a new certificate if somebody may have read it`,
    )
  if (uid !== user && uid !== ROOT)
    throw invalid(KEY, path, `belongs to user ${uid}, and this is user ${user}`, `chown ${user} ${path}`)
}
