import { z } from 'zod'
import { readJson } from '../../shared/words.ts'

/** What is of use of what a token says of itself. */
const claims = z.object({
  /** `auth_code`, `access_token` or `refresh_token`. */
  sub: z.string().optional().catch(undefined),
  /** Epoch seconds. */
  exp: z.number().int().positive().optional().catch(undefined),
  hsm_key: z.string().regex(/^\S+$/).optional().catch(undefined),
  /** The client's name with the broker. */
  fy_id: z.string().min(1).optional().catch(undefined),
})

export type Claims = z.infer<typeof claims>

/**
 * The claims of a JSON web token. Not verified: whoever could forge one would have to stand between us and the broker, who
 * checks it himself. `undefined` for what is no such token.
 */
export function readClaims(token: string): Claims | undefined {
  const [head, payload, signature, ...rest] = token.split('.')
  if (!head || !payload || signature === undefined || rest.length > 0) return undefined
  return claims.safeParse(readJson(Buffer.from(payload, 'base64url').toString('utf8'))).data
}
