import { z } from 'zod'

const word = z.string().trim().regex(/^\S+$/, 'must be one word')

/** Of the app that the account's owner made in his Flattrade account. The secret is needed for a login only. */
export const credentials = z.strictObject({
  // OpenAlgo keeps user id and key as one text, `FT000000:::key`: whoever moves here pastes that.
  api_key: word.transform(text => text.slice(text.lastIndexOf(':') + 1)).describe('API key'),
  api_secret: word.describe('API secret'),
})

export type Credentials = z.infer<typeof credentials>

/** What a login gives: with these two everything else is asked. */
export const ticket = z.strictObject({
  /** The client id, which is `uid` and `actid` of every request. */
  user_id: word.describe('Client id'),
  token: word.describe('Token of the day'),
})

export type Ticket = z.infer<typeof ticket>
