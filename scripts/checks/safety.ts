import { certificateFiles, expiryWarning, readPair } from '../../proxy/certificate.ts'
import type { Invocation } from '../invocation.ts'
import { refuseUnsafeStart } from '../safety.ts'
import { type Check, finding, ok, warn } from './check.ts'

/** What a start would be refused for. */
export async function checkSafety(invocation: Invocation): Promise<Check> {
  const check = 'safe start'
  try {
    await refuseUnsafeStart(invocation)
  } catch (error) {
    return finding(check, error)
  }
  const { host, tls, trustedForwarders } = invocation.config.proxy
  const how =
    tls.certFile !== undefined
      ? 'with TLS'
      : trustedForwarders.length > 0
        ? `without TLS, for ${trustedForwarders.join(', ')} and this machine`
        : 'for this machine'
  return ok(check, `files are closed to others; the port on ${host} is served ${how}`)
}

/** How long the certificate is good; nothing where there is none, or where it was a finding already. */
export function checkCertificate({ config, clock }: Pick<Invocation, 'config' | 'clock'>): Check[] {
  const files = certificateFiles(config.proxy.tls)
  if (!files) return []
  const check = 'certificate'
  try {
    const { expiresAt } = readPair(files, clock)
    const warning = expiryWarning(files, expiresAt, clock.now())
    if (warning !== undefined) return [warn(check, warning, 'renew it; it is read by itself within a minute')]
    return [ok(check, `${files.certFile}, good until ${new Date(expiresAt).toISOString().slice(0, 10)}`)]
  } catch {
    // What is wrong with it is what a start would be refused for.
    return []
  }
}
