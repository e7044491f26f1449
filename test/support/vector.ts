import { readFileSync } from 'node:fs'

/** Bytes of a vector: hex in any spacing, `;` begins a remark. */
export const bytes = (vector: string): Buffer => Buffer.from(vector.replace(/;.*$/gm, '').replace(/\s/g, ''), 'hex')

/** The vectors a README prints, one per `hex` block, as hex. */
export const printedVectors = (readme: URL): string[] =>
  [...readFileSync(readme, 'utf8').matchAll(/```hex\n([^`]*)```/g)].map(([, block = '']) =>
    bytes(block).toString('hex'),
  )
