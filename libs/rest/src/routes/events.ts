import { ExploreError, type Verdict } from '@explore/explore'
import type { Edge } from '../edge.ts'
import { sendProblem } from '../problem.ts'
import { eventsSchema, receiptSchema } from '../schemas/event.ts'
import { answer, batchProblemSchema, BODY, CALLER, refusals, STATE } from '../schemas/problem.ts'

/** Takes events: answers when the accepted ones are durable. */
export const eventRoutes = (edge: Edge): void => {
  edge.post(
    '/v1/events',
    {
      schema: {
        operationId: 'recordEvents',
        tags: ['events'],
        summary: 'Record what viewers did',
        description:
          'One event, an array, or `{ "events": […] }`, up to the setting events.maxBatch. ' +
          'Each row gets its verdict, in order. 202: at least one row was taken, and is durable; ' +
          '400: none was, and the problem is that of the first row. Sending a batch again is ' +
          'safe: an eventId counts once.',
        body: eventsSchema,
        response: {
          202: answer(receiptSchema, 'At least one row was taken; the verdicts tell which.'),
          ...refusals(
            [...BODY, ...CALLER, ...STATE, 'ID_INVALID', 'ITEM_UNKNOWN', 'DISK_FULL'],
            batchProblemSchema,
          ),
        },
      },
      // The schema documents; a bad row must not refuse the good ones beside it.
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      const verdicts = await request.service.record(rowsOf(request.body))
      const accepted = verdicts.filter(verdict => verdict.status === 'accepted').length
      const receipt = { accepted, rejected: verdicts.length - accepted, verdicts }
      if (accepted > 0) return reply.code(202).send(receipt)
      return sendProblem(firstRefusal(verdicts), request, reply, { status: 400, ...receipt })
    },
  )
}

const rowsOf = (body: unknown): readonly unknown[] => {
  if (body === undefined) throw new ExploreError('BODY_MALFORMED', 'the body is missing')
  if (typeof body !== 'object' || body === null) {
    throw invalid('body', 'the body is not an object or array')
  }
  const rows = Array.isArray(body) ? body : Object.hasOwn(body, 'events') ? enveloped(body) : [body]
  if (rows.length === 0) throw invalid('events', 'the batch is empty')
  return rows
}

const enveloped = (body: object): readonly unknown[] => {
  const { events, ...rest } = body as { events: unknown }
  const [stranger] = Object.keys(rest)
  if (stranger !== undefined) throw invalid(stranger, `${stranger} is not known beside events`)
  if (!Array.isArray(events)) throw invalid('events', 'events must be an array')
  return events
}

const invalid = (field: string, message: string): ExploreError =>
  new ExploreError('FIELD_INVALID', message, {
    field,
    hint: 'send an event, an array of events, or { "events": […] }',
  })

/** The first row's refusal, said of the whole batch. */
const firstRefusal = (verdicts: readonly Verdict[]): ExploreError => {
  const verdict = verdicts[0]!
  if (verdict.status === 'accepted') throw new RangeError('no row of the batch was refused')
  const field = verdict.field === undefined ? '[0]' : `[0].${verdict.field}`
  const message = `no row was taken; the first: ${verdict.message}`
  return new ExploreError(verdict.code, message, { field, hint: verdict.hint })
}
