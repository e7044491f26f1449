import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateFiles } from '../../proxy/certificate.ts'

const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'ignore' })

/** Writes a key (0600) and a certificate it signed itself, for this machine; `days` below 0: it has expired. */
export function writePair(
  folder: string,
  { name = 'tls', days = 30 } = {},
): CertificateFiles & { readonly ca: string } {
  const path = (end: string) => join(folder, `${name}.${end}`)
  const [keyFile, request, certFile] = [path('key'), path('csr'), path('crt')] as const
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  openssl('req', '-new', ...algorithm, '-keyout', keyFile, '-out', request, ...subject)
  const copied = ['-copy_extensions', 'copy']
  openssl('x509', '-req', '-in', request, '-signkey', keyFile, '-days', String(days), ...copied, '-out', certFile)
  return { certFile, keyFile, ca: readFileSync(certFile, 'utf8') }
}
