import { randomBytes } from 'node:crypto'

/** What a token says of itself. */
export interface Claims {
  readonly sub: 'auth_code' | 'access_token' | 'refresh_token'
  /** Epoch seconds. */
  readonly exp: number
  readonly [name: string]: string | number
}

const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url')

/** A JSON web token as the broker's; the signature proves nothing. */
export const tokenOf = (claims: Claims): string =>
  `${part({ typ: 'JWT', alg: 'HS256' })}.${part(claims)}.${randomBytes(32).toString('base64url')}`

/** Of a token that this emulator made. */
export function claimsOf(token: string): Claims | undefined {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims
  } catch {
    return undefined
  }
}
