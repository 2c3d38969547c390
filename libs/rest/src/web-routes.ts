import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** The page may load and call nothing but this server. */
const CSP =
  "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** Serves the viewer's files at `/`. */
export const webRoutes = async (
  scope: FastifyInstance,
  { root }: { readonly root: string },
): Promise<void> => {
  await scope.register(fastifyStatic, {
    root,
    // One route for each file: all other paths stay unknown, as problems.
    wildcard: false,
    schemaHide: true,
    setHeaders: reply => void reply.header('content-security-policy', CSP),
  })
}
