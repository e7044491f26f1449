import { createHmac } from 'node:crypto'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const STEP_MS = 30_000

/**
 * The code an authenticator app shows at `now`, milliseconds since 1970: RFC 6238 with SHA-1 and steps of 30 s, as Angel
 * One sets it up. `secret` as `isBase32` takes it.
 */
export const totp = (secret: string, now: number, digits = 6): string => {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / STEP_MS)))
  const mac = createHmac('sha1', decodeBase32(secret)).update(counter).digest()
  // RFC 4226, 5.3: four bytes from the place that the last half byte names, without the sign.
  const place = mac.readUInt8(mac.length - 1) & 0xf
  const number = mac.readUInt32BE(place) & 0x7fff_ffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** A secret as brokers show it: RFC 4648 base32, in groups or not, in either case, padded or not. */
export const isBase32 = (text: string): boolean => /^[A-Z2-7]{8,}$/.test(bare(text))

const bare = (text: string): string => text.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase()

function decodeBase32(text: string): Buffer {
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const letter of bare(text)) {
    held = ((held << 5) | ALPHABET.indexOf(letter)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((held >> bits) & 0xff)
  }
  return Buffer.from(bytes)
}
