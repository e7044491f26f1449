import type { Secret } from './secret.ts'

/**
 * Every way in which a secret may stand among other bytes: as it is, inside JSON, in a URL or a form, in hexadecimal,
 * and in base64 wherever it begins there. None for an empty secret.
 */
export function tracesOf(secret: Secret): Buffer[] {
  // Once through UTF-8, because half a character cannot be URL-encoded.
  const bytes = Buffer.from(secret.reveal())
  const text = bytes.toString()
  if (text === '') return []
  const inUrl = encodeURIComponent(text)
  const hex = bytes.toString('hex')
  const texts = [
    text,
    JSON.stringify(text).slice(1, -1),
    inUrl,
    inUrl.replace(/%../g, one => one.toLowerCase()),
    new URLSearchParams({ '': text }).toString().slice(1),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap(before => inBase64(bytes, before)),
  ]
  return [...new Set(texts)].map(one => Buffer.from(one))
}

/**
 * The characters that are the same whatever stands around: base64 writes three bytes as four characters, so those at
 * the ends also hold bits of the neighbours. `before` is how many bytes of its group of three come before the secret.
 */
function inBase64(bytes: Buffer, before: number): string[] {
  const first = [0, 2, 3][before] ?? 0
  const last = Math.floor(((before + bytes.length) * 8) / 6)
  const plain = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .slice(first, last)
  return [plain, plain.replaceAll('+', '-').replaceAll('/', '_')]
}
