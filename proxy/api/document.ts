import type { Api } from './app.ts'

/** The OpenAPI document of all routes, for who has no key, too: it tells nothing of this installation. */
export function addDocument(api: Api): void {
  let document: string | undefined
  api.get(
    '/api/v1/openapi.json',
    { config: { access: { isOpen: true } }, schema: { hide: true } },
    async (_, reply) => {
      document ??= JSON.stringify(api.swagger())
      return reply.type('application/json').send(document)
    },
  )
}
