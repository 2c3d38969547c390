import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { describedCode, NOWHERE } from './schemas/problem.ts'

/** The scheme that keys and tokens are sent by. */
export const BEARER = 'bearer'

/** What the OpenAPI document says beyond the routes' own schemas. */
export const documentOptions = (version: string): FastifyDynamicSwaggerOptions => ({
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Explore',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: [
        'Pages of recommendations, and the events, items and viewers that they are made of.',
        'Every answer bears x-request-id: the one sent, or one made here.',
        'Every error is application/problem+json with a stable `code`, the `field` at fault and a',
        '`hint`. A request that reaches no route is refused by one of:\n\n',
        NOWHERE.map(describedCode).join('\n\n'),
      ].join(' '),
    },
    servers: [{ url: '/' }],
    components: {
      securitySchemes: {
        [BEARER]: {
          type: 'http',
          scheme: 'bearer',
          description: [
            'An API key, or a JWT of an issuer that the server trusts. A key of role `service` may do all,',
            '`admin` whatever concerns items, viewers and settings; a viewer with a key or token of their own',
            'has their own pages and events only. A server that was given no keys asks for none.',
          ].join(' '),
        },
      },
    },
    tags: [
      { name: 'explore', description: 'Pages.' },
      { name: 'events', description: 'What viewers did.' },
      { name: 'items', description: 'What can be recommended.' },
      { name: 'users', description: 'Whom it is recommended to.' },
      { name: 'operations', description: 'Settings, health, this document.' },
    ],
  },
  // A shared schema's own name is its name in the document.
  refResolver: {
    buildLocalReference: (json, _uri, _fragment, i) => String(json.$id ?? `schema-${i}`),
  },
})
