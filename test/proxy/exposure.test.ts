import { expect, it } from 'vitest'
import { refuseExposure } from '../../proxy/exposure.ts'
import { systemClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'

const open = (trustedForwarders: string[], host: string) => {
  const { proxy } = loadConfig({}, {})
  return refuseExposure({ proxy: { ...proxy, host, trustedForwarders } }, systemClock)
}

it.each(['0.0.0.0/0', '::/0', '10.0.0.0/7'])('no port is opened that would trust all of %s', async vast => {
  for (const host of ['0.0.0.0', '127.0.0.1'])
    await expect(open(['10.1.2.3', vast], host)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(`^proxy.trusted_forwarders: ${vast} .*without TLS.*X-Forwarded-For`),
    })
})

it('one that trusts a network is', async () => {
  await open(['10.0.0.0/8', '2001:db8::/32'], '0.0.0.0')
})
