import { z } from 'zod'

const word = z.string().trim().min(1, 'must not be empty').regex(/^\S*$/, 'must be one word')

/** Of the app at developers.kite.trade. The secret is needed for a login only. */
export const credentials = z.strictObject({
  api_key: word.describe('API key'),
  api_secret: word.describe('API secret'),
})

export type Credentials = z.infer<typeof credentials>

/** What a login gives: with these two everything else is asked. */
export const ticket = z.strictObject({
  api_key: word.describe('API key'),
  access_token: word.describe('Access token'),
})

export type Ticket = z.infer<typeof ticket>
