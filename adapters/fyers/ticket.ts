import { z } from 'zod'

const word = z.string().trim().regex(/^\S+$/, 'must be one word')

/** `ABCD1234-100`; the ending, which says what kind of app it is, is the same for every app that has prices. */
const appId = word
  .regex(/^[A-Za-z0-9]+(-\d+)?$/, 'must look like ABCD1234-100')
  .transform(text => (text.includes('-') ? text : `${text}-100`))

/** Of the app at myapi.fyers.in. The PIN renews a login without a person for as long as the refresh token lives. */
export const credentials = z.strictObject({
  app_id: appId.describe('App id'),
  app_secret: word.describe('App secret'),
  pin: z
    .string()
    .trim()
    .regex(/^\d{4,6}$/, 'must be the digits of the PIN')
    .optional()
    .describe('PIN, which renews a login without you for about 15 days'),
})

export type Credentials = z.infer<typeof credentials>

/** What a login gives. The socket of prices wants `hsm_key`, which is a claim of the access token; all else the token. */
export const ticket = z.strictObject({
  app_id: appId.describe('App id'),
  access_token: word.describe('Access token'),
  hsm_key: word.describe('Key of the price socket'),
  refresh_token: word.optional().describe('Refresh token'),
})

export type Ticket = z.infer<typeof ticket>

/** The header of requests, and of the sockets that want one. */
export const authorization = ({ app_id, access_token }: Pick<Ticket, 'app_id' | 'access_token'>): string =>
  `${app_id}:${access_token}`
