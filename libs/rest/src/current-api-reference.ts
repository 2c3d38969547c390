import { format, resolveConfig } from 'prettier'
import { fileURLToPath } from 'node:url'
import { type ApiDocument, apiReference } from './api-reference.ts'
import { restServer } from './rest-server.ts'
import { fakeService } from './testing/fake-service.ts'

/** Where the reference is kept. */
export const API_REFERENCE = fileURLToPath(new URL('../../../docs/api.md', import.meta.url))

/** The reference as the routes of today make it. */
export const currentApiReference = async (): Promise<string> => {
  const edge = restServer(fakeService(), { version: '0', now: () => 0 })
  await edge.ready()
  const text = apiReference(edge.swagger() as unknown as ApiDocument)
  await edge.close()
  return format(text, { ...(await resolveConfig(API_REFERENCE)), parser: 'markdown' })
}
