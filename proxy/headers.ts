/** What every answer over HTTP carries, whatever it says. A page that is served here loads from here only. */
const ALWAYS = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

/** A browser that has been here by TLS once does not come without it for a year. */
const OVER_TLS = { ...ALWAYS, 'strict-transport-security': 'max-age=31536000' } as const

export const securityHeaders = (isTls: boolean): Readonly<Record<string, string>> => (isTls ? OVER_TLS : ALWAYS)
