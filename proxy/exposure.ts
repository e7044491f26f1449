import type { Clock } from '../shared/clock.ts'
import type { Config } from '../shared/config.ts'
import { TickwireError } from '../shared/errors.ts'
import { beyondLoopback, isVast } from '../shared/network.ts'
import { certificateFiles, readPair } from './certificate.ts'

/**
 * Before the port opens: nobody may read on the way what is said there, and the certificate is good. Throws
 * CONFIG_INVALID, which names the setting.
 */
export async function refuseExposure({ proxy }: Pick<Config, 'proxy'>, clock: Pick<Clock, 'now'>): Promise<void> {
  refuseVastForwarders(proxy.trustedForwarders)
  const files = certificateFiles(proxy.tls)
  if (files) {
    readPair(files, clock)
    return
  }
  const { host, trustedForwarders } = proxy
  if (trustedForwarders.length > 0) return
  const address = await beyondLoopback(host)
  if (address === undefined) return
  const where = address === host ? host : `${host} (${address})`
  throw new TickwireError(
    'CONFIG_INVALID',
    `proxy.host: ${where} is open to others, who could read keys and prices on the way: it needs TLS`,
    {
      next: 'set proxy.tls.cert_file and key_file, or proxy.trusted_forwarders to the reverse proxy that has TLS, or listen on 127.0.0.1',
    },
  )
}

/** Who trusts everybody has no forwarder: keys pass in the clear, and each stranger says what address he has. */
function refuseVastForwarders(blocks: readonly string[]): void {
  const vast = blocks.find(isVast)
  if (vast === undefined) return
  throw new TickwireError(
    'CONFIG_INVALID',
    `proxy.trusted_forwarders: ${vast} is far more than a reverse proxy: the port would speak without TLS to all of it, and believe the X-Forwarded-For of anybody there`,
    { next: 'name the addresses of your reverse proxies; a block may be /8 of IPv4 or /32 of IPv6 at the widest' },
  )
}
