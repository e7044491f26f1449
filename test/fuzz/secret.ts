import fc from 'fast-check'
import { redact } from '../../adapters/redaction.ts'
import { Secret } from '../../shared/secret.ts'
import { tracesOf } from '../../shared/trace.ts'
import { hold, text } from './noise.ts'
import { claim, type Target } from './target.ts'

/** Long enough that nothing else is the same by chance. */
const secret = fc.oneof(
  fc.string({ minLength: 12, maxLength: 40, unit: 'grapheme' }),
  fc.string({ minLength: 12, maxLength: 40, unit: 'grapheme-ascii' }).filter(one => one.trim() === one),
)

/** Every way in which programs write what they were told. */
const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  raw: one => one,
  json: one => JSON.stringify({ token: one }),
  url: one => `https://host/?token=${encodeURIComponent(one)}`,
  form: one => new URLSearchParams({ token: one }).toString(),
  hex: one => Buffer.from(one).toString('hex'),
  base64: one => Buffer.from(one).toString('base64'),
  basic: one => `Basic ${Buffer.from(`user:${one}`).toString('base64')}`,
  bearer: one => `Authorization: Bearer ${one}`,
  base64url: one => Buffer.from(`{"t":"${one}"}`).toString('base64url'),
}

const form = fc.constantFrom(...Object.keys(FORMS))

export const secrets: Target = {
  name: 'secret',
  claims: [
    claim(
      'leaves a trace that is found, however it is written',
      2000,
      [secret, form, text, text],
      (one, how, before, after) => {
        const written = Buffer.from(`${before} ${FORMS[how]?.(one)} ${after}`)
        hold(
          tracesOf(new Secret(one)).some(trace => written.includes(trace)),
          `not found as ${how}`,
        )
      },
    ),
    claim(
      'is not in what an adapter’s error becomes',
      1000,
      [secret, fc.constantFrom('raw', 'url', 'bearer'), text],
      (one, how, around) => {
        hold(!redact(`${around} ${FORMS[how]?.(one)} ${around}`, [one]).includes(one), `still there as ${how}`)
      },
    ),
  ],
}
