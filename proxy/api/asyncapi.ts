import { z } from 'zod'
import { VERSION } from '../../shared/version.ts'
import type { Api } from './app.ts'
import { asyncApiOf } from './asyncapi/document.ts'

/** A host as a header names it: nothing else of it is repeated. */
const HOST = /^[\w.:[\]-]{1,255}$/

/** What goes over the WebSocket and the stream of events, for programs. Anybody may read it. */
export function addAsyncApi(api: Api, { isTls }: { readonly isTls: boolean }): void {
  api.get(
    '/api/v1/asyncapi.json',
    {
      config: { access: { isOpen: true } },
      schema: {
        operationId: 'getAsyncApi',
        summary: 'The AsyncAPI document of the WebSocket',
        response: { 200: z.looseObject({ asyncapi: z.string() }) },
      },
    },
    async ({ headers: { host = '' } }) =>
      asyncApiOf({ version: VERSION, host: HOST.test(host) ? host : '127.0.0.1:8765', isTls }) as { asyncapi: string },
  )
}
