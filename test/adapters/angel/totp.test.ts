import { describe, expect, it } from 'vitest'
import { isBase32, totp } from '../../../adapters/angel/totp.ts'

/** `12345678901234567890`, the secret of the vectors. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('the code of an authenticator app', () => {
  // RFC 6238, appendix B, SHA-1.
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('after %i s is %s, as the standard has it', (seconds, code) => {
    expect(totp(SECRET, seconds * 1000, 8)).toBe(code)
    expect(totp(SECRET, seconds * 1000)).toBe(code.slice(2))
  })

  it('holds for 30 s', () => {
    const begin = 1_111_111_110_000
    expect(totp(SECRET, begin + 29_999)).toBe(totp(SECRET, begin))
    expect(totp(SECRET, begin + 30_000)).not.toBe(totp(SECRET, begin))
    expect(totp(SECRET, begin - 1)).not.toBe(totp(SECRET, begin))
  })

  it.each(['gezd gnbv gy3t qojq gezd gnbv gy3t qojq', 'GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ', `${SECRET}====`])(
    'is the same for the secret as "%s"',
    secret => {
      expect(isBase32(secret)).toBe(true)
      expect(totp(secret, 59_000)).toBe('287082')
    },
  )

  it.each(['MZXW6YTBOI======', 'MZXW6YTB', 'JBSWY3DPEHPK3PXP2'])('takes the secret %s of any length', secret => {
    expect(isBase32(secret)).toBe(true)
    expect(totp(secret, 59_000)).toMatch(/^\d{6}$/)
  })

  it.each(['', 'GEZD', 'GEZDGNBV1', 'GEZDGNB0', 'a secret!', '123456', 'GEZDGNBVÄ'])('takes no secret "%s"', text => {
    expect(isBase32(text)).toBe(false)
  })
})
