/** `EXCHANGE:SYMBOL`, as everywhere in the page; the common symbol. */
export type Name = string

export interface Parts {
  readonly exchange: string
  readonly symbol: string
}

export const nameOf = ({ exchange, symbol }: Parts): Name => `${exchange}:${symbol}`

export function partsOf(name: Name): Parts {
  const at = name.indexOf(':')
  return { exchange: name.slice(0, at), symbol: name.slice(at + 1) }
}
