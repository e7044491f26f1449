import { excerpt, scrub } from './redaction.ts'

/** What a stranger's text holds; undefined where it is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const LONGEST_LINE = 200

/**
 * A stranger's words as one short line of a log. What looks like a key or a token (16 characters and more with a digit
 * among them, with the points and hyphens of a JWT) is masked, in case he repeats what he was sent.
 */
export const oneLine = (text: string): string =>
  scrub(text)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .replace(/(?<![\w.-])(?=[\w.-]*\d)[\w.-]{16,}/g, '[redacted]')
    .slice(0, LONGEST_LINE)

const LONGEST_QUOTE = 60

/** The beginning of a stranger's text in a line of ours. Hand in all of it: of a secret that is cut before, the head stays. */
export const quote = (text: string): string => JSON.stringify(excerpt(text, LONGEST_QUOTE))

/** So much of a long body is looked through: more than any secret is long that begins where the quote does. */
const LONGEST_HEAD = 8192

/** The same of bytes. */
export const quoteBytes = (bytes: Uint8Array): string =>
  quote(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LONGEST_HEAD)).toString('latin1'))
