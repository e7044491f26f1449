import { z } from 'zod'
import { isBase32 } from './totp.ts'

const word = z.string().trim().min(1, 'must not be empty').regex(/^\S*$/, 'must be one word')

/**
 * Of the app at smartapi.angelone.in and the account. With the secret of the authenticator app no person is needed for a
 * login; whoever has it and the PIN has the account, so that it stays empty unless somebody wants that.
 */
export const credentials = z.strictObject({
  api_key: word.describe('API key of the app at smartapi.angelone.in'),
  client_code: word.describe('Client code'),
  pin: word.describe('PIN'),
  totp_secret: z
    .string()
    .trim()
    .refine(text => text === '' || isBase32(text), 'must be the base32 text under the QR code, or empty')
    .optional()
    .describe('TOTP secret, only if Tickwire shall log in by itself (may be empty)'),
})

export type Credentials = z.infer<typeof credentials>

/** What a login gives, and what the sockets have to be shown besides. */
export const ticket = z.strictObject({
  api_key: word,
  client_code: word,
  jwt_token: word,
  feed_token: word,
  /** Gives the next three tokens without a code. */
  refresh_token: word.optional(),
})

export type Ticket = z.infer<typeof ticket>
