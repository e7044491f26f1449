import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { TestClient } from '../support/client.ts'

/** One example of a document of this room: what a client says, what it is answered, what comes by itself. */
interface Block {
  readonly kind: string
  readonly body: string
}

export const documentOf = (name: string): string =>
  readFileSync(new URL(`../../proxy/${name}`, import.meta.url), 'utf8')

export const blocksOf = (document: string): Block[] =>
  [...document.matchAll(/```(?:json )?(request|reply|frame|notice|ts)\n([\s\S]*?)```/g)].map(
    ([, kind = '', body = '']) => ({ kind, body }),
  )

/** What no document can know, as it is printed. */
const UNKNOWN = /"(server_timestamp|epoch|seq)":\d+/g
/** Other connections of the test itself come from the same address. */
const NEIGHBOURS = /("connections_per_address":\{"limit":\d+,"used":)\d+/
const asPrinted = (text: string, printed: Record<string, number>): string =>
  text.replace(NEIGHBOURS, '$11').replace(UNKNOWN, (_, name: string) => `"${name}":${printed[name]}`)

/** Says the requests of a document in their order; every reply and every frame must be as it is printed. */
export async function converse(client: TestClient, key: string, blocks: readonly Block[]): Promise<void> {
  let answer = ''
  for (const { kind, body } of blocks.filter(({ kind }) => ['request', 'reply', 'frame'].includes(kind))) {
    const value = JSON.parse(body)
    const printed = JSON.stringify(value)
    if (kind === 'request') answer = (await client.ask(value.api_key ? { ...value, api_key: key } : value)).text
    else if (kind === 'reply') expect(asPrinted(answer, value)).toBe(printed)
    else await client.tick(printed, ({ text }) => asPrinted(text, value) === printed)
  }
}
