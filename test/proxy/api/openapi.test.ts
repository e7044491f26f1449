import { Ajv2020 } from 'ajv/dist/2020.js'
import { type Document, OpenAPIClientAxios } from 'openapi-client-axios'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ProxyRig, startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'

interface Parameter {
  readonly name: string
  readonly required?: boolean
  readonly example?: unknown
}

interface Operation {
  readonly operationId: string
  readonly summary?: string
  readonly security?: readonly object[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Body
  readonly responses: Readonly<Record<string, Body>>
}

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema: Record<string, unknown>; readonly example?: unknown }>>
}

let rig: ProxyRig
/** With every scope. */
let key: string
let client: OpenAPIClientAxios
let operations: (Operation & { path: string; method: string })[]
let components: unknown

beforeAll(async () => {
  rig = await startRig()
  rig.feed.set('NSE', 'RELIANCE', tickOf(2885.3))
  const made = rig.store.keys.create({ userId: 'alice', label: 'all', scopes: ['orders', 'admin'], now: 1 })
  key = made.key.reveal()
  const origin = `http://127.0.0.1:${rig.port}`
  const document = (await (await fetch(`${origin}/api/v1/openapi.json`)).json()) as Document
  components = document.components
  client = new OpenAPIClientAxios({
    definition: document,
    withServer: { url: origin },
    axiosConfigDefaults: { adapter: 'http', validateStatus: () => true },
  })
  await client.init()
  operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, operation]) => ({ path, method, ...(operation as unknown as Operation) })),
  )
})

afterAll(() => rig.close())

/** Who shows no good key; 403 as OpenAlgo says it. */
const REFUSED: ReadonlySet<number> = new Set([401, 403])

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function bodyOf({ requestBody }: Operation): unknown {
  const { schema, example } = requestBody?.content?.['application/json'] ?? {}
  if (!schema || example !== undefined) return example
  const fields = Object.entries(isRecord(schema.properties) ? schema.properties : {})
  return Object.fromEntries(
    fields.flatMap(([name, one]) => (isRecord(one) && Array.isArray(one.examples) ? [[name, one.examples[0]]] : [])),
  )
}

const isStream = ({ responses }: Operation): boolean =>
  Object.values(responses).some(({ content = {} }) => Object.keys(content).some(type => /event-stream/.test(type)))

async function ask(operation: Operation, bearer: string | undefined) {
  const parameters = Object.fromEntries(
    (operation.parameters ?? []).flatMap(one => {
      const example = one.example
      return example === undefined ? [] : [[one.name, example]]
    }),
  )
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
  const built = await client.getClient()
  const call = built[operation.operationId] as (...given: unknown[]) => Promise<{ status: number; data: unknown }>
  return call(parameters, bodyOf(operation), { headers })
}

describe('the OpenAPI document', () => {
  it('names every operation, says what it is for, what it takes and what it answers', () => {
    expect(operations.length).toBeGreaterThan(8)
    for (const { operationId, summary, parameters = [], responses, path, method } of operations) {
      expect([path, method, operationId, summary]).toEqual([path, method, expect.any(String), expect.any(String)])
      for (const one of parameters) if (one.required) expect([path, one.example]).not.toEqual([path, undefined])
      expect(Object.keys(responses).some(status => status.startsWith('2'))).toBe(true)
    }
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  })

  it('makes a client whose every call, with the examples in it, is answered as it says', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const last = operations.filter(({ operationId }) => operationId === 'endSession')
    const others = operations.filter(one => !last.includes(one) && !isStream(one))
    const start = operations.find(({ operationId }) => operationId === 'startSession')
    const session = start && ((await ask(start, key)).data as { session: string }).session
    for (const operation of [...others, ...last]) {
      const bearer = operation === start ? key : operation.security ? session : undefined
      const { status, data } = await ask(operation, bearer)
      const said = operation.responses[String(status)]
      expect([operation.operationId, status, said !== undefined && status < 300]).toEqual([
        operation.operationId,
        status,
        true,
      ])
      const schema = said?.content?.['application/json']?.schema
      if (!schema || data === '') continue
      const isValid = ajv.compile({ ...schema, components })
      isValid(data)
      expect([operation.operationId, isValid.errors]).toEqual([operation.operationId, null])
    }
  })

  it('says of each operation whether it takes a key, and it does', async () => {
    for (const operation of operations)
      expect([operation.operationId, REFUSED.has((await ask(operation, undefined)).status)]).toEqual([
        operation.operationId,
        operation.security !== undefined,
      ])
  })
})
