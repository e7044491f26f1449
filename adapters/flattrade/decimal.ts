/**
 * What was sent in a field; `undefined` for what the broker writes where it has nothing to say. Every value is a text
 * (PiConnect documentation, WebSocket).
 */
export function sent(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return undefined
  return value === '' || value === 'NA' || value === '-' ? undefined : value
}

const DECIMAL = /^-?\d{1,15}(\.\d{1,10})?$/

/** The number that a decimal text writes; `undefined` for anything else: exponents, hex, spaces, signs of plus. */
export const decimal = (text: string): number | undefined => (DECIMAL.test(text) ? Number(text) : undefined)

/** The same for a whole number that is not negative. */
export function quantity(text: string): number | undefined {
  const value = decimal(text)
  return value !== undefined && value >= 0 && Number.isSafeInteger(value) ? value : undefined
}
