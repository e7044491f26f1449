import type { ProxyRig } from './proxy.ts'

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON is answered is looked at field by field
  readonly body: any
}

/** Asks the HTTP side of a rig, as alice if nobody else is named. With a body it is a POST. */
export async function askApi(
  { url, keys }: Pick<ProxyRig, 'url' | 'keys'>,
  path: string,
  { key = keys.alice, body, method }: { key?: string; body?: object; method?: string } = {},
): Promise<Answer> {
  const response = await fetch(`${url.replace('ws', 'http')}${path}`, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: { ...(key !== '' && { authorization: `Bearer ${key}` }), 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}
