import { ERRORS, type ErrorCode, type ExploreService } from '@explore/explore'
import { restServer } from './rest-server.ts'
import { NOWHERE } from './schemas/problem.ts'

/** The reference page of the API, in Markdown: every route with its parameters, body, answers and errors. */
export const apiReference = async (): Promise<string> => {
  // The document is made of the routes' schemas alone: nobody calls the service.
  const edge = restServer({} as ExploreService, { version: '0', now: () => 0 })
  await edge.ready()
  const page = referenceOf(edge.swagger() as unknown as ApiDocument)
  await edge.close()
  return page
}

/** As much of an OpenAPI document as the reference shows. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Reply>>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly description: string
  readonly schema: Schema
}

interface Reply {
  readonly description: string
  readonly content?: Readonly<Record<string, Media>>
}

interface Media {
  readonly schema: Schema
  readonly examples?: Readonly<Record<string, unknown>>
}

interface Schema {
  readonly type?: string
  readonly $ref?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
}

const referenceOf = (document: ApiDocument): string => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path}`,
      ...operation,
    })),
  )
  return `# REST API

<!-- Made from the routes' schemas by \`npm run docs -w libs/rest\`. -->

A running server serves this reference with all schemas at \`/docs\`, and the OpenAPI 3.1 document that
both are made from at \`/openapi.json\`. Bodies are JSON (\`content-type: application/json\`), times are
milliseconds since 1970. A server with keys ([docs/gateway.md](gateway.md)) wants
\`authorization: Bearer KEY\`, or a viewer's token, with every request but those for health and this
document. Every answer bears \`x-request-id\`: the one sent, or one made by the server.

${table(
  ['Route', 'What it does'],
  operations.map(({ route, summary }) => [`[\`${route}\`](#${anchor(route)})`, summary]),
)}

## Errors

Every error is \`application/problem+json\` (RFC 9457):

\`\`\`json
{
  "type": "urn:explore:error:LIMIT_INVALID",
  "title": "Limit invalid",
  "status": 400,
  "code": "LIMIT_INVALID",
  "field": "limit",
  "detail": "limit: expected integer, got \\"abc\\"",
  "hint": "limit is a whole number from 1 to 100",
  "requestId": "mi3w8k00-1"
}
\`\`\`

\`code\` is stable; \`field\` names what is at fault (\`[3].author\`: the fourth record of a batch).
429 with RATE_LIMITED and 503 with OVERLOADED or SHUTTING_DOWN have \`retry-after\`.

${table(
  ['Code', 'Status', 'What to do'],
  codesOf(operations).map(code => [`\`${code}\``, `${ERRORS[code][0]}`, ERRORS[code][1]]),
)}

## Routes

${operations.map(section).join('\n\n')}
`
}

const section = ({ route, ...operation }: Operation & { readonly route: string }): string => {
  const { summary, description, parameters = [], requestBody, responses } = operation
  const answers = Object.entries(responses).filter(([, reply]) => !isProblem(reply))
  const codes = Object.values(responses).flatMap(codesOfReply)
  return [
    `### ${route}`,
    `${summary}. ${description ?? ''}`.trim(),
    parameters.length > 0 &&
      table(
        ['Parameter', 'In', 'Type', 'Meaning'],
        parameters.map(each => [
          `\`${each.name}\``,
          each.in,
          typeOf(each.schema),
          each.description,
        ]),
      ),
    requestBody && `Body: ${typeOf(mediaOf(requestBody).schema)}.`,
    ...answers.map(([status, reply]) => {
      const body = reply.content && typeOf(mediaOf(reply).schema)
      return `${status}: ${reply.description.split(/\s(?=[A-Z_]+: )/)[0]}${body ? ` ${body}.` : ''}`
    }),
    `Errors: ${codes.map(code => `\`${code}\``).join(', ')}.`,
  ]
    .filter(part => part !== undefined && part !== false)
    .join('\n\n')
}

const isProblem = ({ content }: Reply): boolean =>
  content !== undefined && !Object.hasOwn(content, 'application/json')

const mediaOf = ({ content = {} }: Pick<Reply, 'content'>): Media => Object.values(content)[0]!

const codesOfReply = ({ content = {} }: Reply): readonly ErrorCode[] =>
  Object.keys(content['application/problem+json']?.examples ?? {}) as ErrorCode[]

/** Every code that the routes name, in the catalogue's order. */
const codesOf = (operations: readonly Operation[]): readonly ErrorCode[] => {
  const named = operations.flatMap(each => Object.values(each.responses).flatMap(codesOfReply))
  const all = new Set<ErrorCode>([...named, ...NOWHERE])
  return (Object.keys(ERRORS) as ErrorCode[]).filter(code => all.has(code))
}

const typeOf = (schema: Schema): string => {
  const { $ref, type, items, anyOf, properties, minimum, maximum } = schema
  if ($ref !== undefined) return `\`${$ref.split('/').at(-1)}\``
  if (anyOf !== undefined) return anyOf.map(typeOf).join(', or ')
  if (items !== undefined) return `array of ${typeOf(items)}`
  if (properties !== undefined && Object.keys(properties).length > 0) {
    const fields = Object.entries(properties).map(([name, each]) => `\`${name}\`: ${typeOf(each)}`)
    return `object with ${fields.join(', ')}`
  }
  return minimum === undefined ? (type ?? 'any') : `${type} ${minimum}…${maximum}`
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map(row => `| ${row.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')

/** The anchor that Markdown gives a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
