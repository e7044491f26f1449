/**
 * Every way in which a secret may stand among other bytes: as it is, inside JSON (also inside that), in a URL or a form,
 * in hexadecimal, and in base64 wherever it begins there. None for an empty secret.
 */
export const tracesOf = (secret: { reveal(): string }): Buffer[] =>
  formsOf(secret.reveal()).map(form => Buffer.from(form))

/** The same as texts. */
export function formsOf(secret: string): string[] {
  // Once through UTF-8, because half a character cannot be URL-encoded.
  const bytes = Buffer.from(secret)
  const text = bytes.toString()
  if (text === '') return []
  const inUrl = encodeURIComponent(text)
  const inJson = JSON.stringify(text).slice(1, -1)
  const texts = [
    text,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    inUrl,
    inUrl.replace(/%../g, one => one.toLowerCase()),
    new URLSearchParams({ '': text }).toString().slice(1),
    ...formsOfBytes(bytes),
  ]
  return [...new Set(texts)]
}

/** Of bytes that are no text: in hexadecimal and in base64. */
export function formsOfBytes(bytes: Buffer): string[] {
  const hex = bytes.toString('hex')
  return [...new Set([hex, hex.toUpperCase(), ...[0, 1, 2].flatMap(before => inBase64(bytes, before))])]
}

/**
 * The characters that are the same whatever stands around: base64 writes three bytes as four characters, so those at
 * the ends also hold bits of the neighbours. `before` is how many bytes of its group of three come before the secret.
 */
function inBase64(bytes: Buffer, before: number): string[] {
  const first = [0, 2, 3][before] ?? 0
  const last = Math.floor(((before + bytes.length) * 8) / 6)
  const shifted = Buffer.concat([Buffer.alloc(before), bytes])
  const plain = shifted.toString('base64').slice(first, last)
  shifted.fill(0)
  return [plain, plain.replaceAll('+', '-').replaceAll('/', '_')]
}
