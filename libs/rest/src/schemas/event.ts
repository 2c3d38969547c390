import { EVENT_TYPES } from '@explore/explore'
import { Type } from '@sinclair/typebox'
import { id, instant, named, text, word } from './fields.ts'

/** One row of a batch. It documents: the rows are judged one by one, by the service. */
export const eventSchema = Type.Object(
  {
    eventId: Type.Optional(
      text(64, 'Sent again, an event counts once; else it is known by what it says.'),
    ),
    userId: id('Who acted.', 'u712'),
    type: word(EVENT_TYPES, 'What happened.'),
    itemId: Type.Optional(id('Required but for hide_author and unhide_author.', 'm42')),
    authorId: Type.Optional(id('For hide_author and unhide_author without an item.', 'a7')),
    time: Type.Optional(instant("When it happened, by the producer's clock; else now.")),
    requestId: Type.Optional(text(64, 'requestId of the page on which it happened.')),
    position: Type.Optional(
      Type.Integer({ minimum: 0, description: '0-based place on the page.' }),
    ),
    surface: Type.Optional(text(64, 'Surface or tab on which it happened.')),
    playMs: Type.Optional(Type.Number({ minimum: 0, description: 'Watch time in milliseconds.' })),
  },
  {
    $id: 'Event',
    description: 'Fields that are not named here are ignored.',
    examples: [
      { eventId: 'e1', userId: 'u712', type: 'like', itemId: 'm42', time: 1_764_000_000_000 },
    ],
  },
)

/** The three shapes of a batch. */
export const eventsSchema = Type.Union(
  [
    named(eventSchema),
    Type.Array(named(eventSchema), { minItems: 1 }),
    Type.Object(
      { events: Type.Array(named(eventSchema), { minItems: 1 }) },
      { additionalProperties: false },
    ),
  ],
  { description: 'One event, an array of events, or `{ "events": […] }`.' },
)

/** A verdict as one flat object, which the serializer writes without trying alternatives. */
export const verdictSchema = Type.Object(
  {
    status: word(['accepted', 'rejected'], 'What became of the row.'),
    eventId: Type.Optional(Type.String({ description: 'accepted: the event of the row.' })),
    code: Type.Optional(Type.String({ description: 'rejected: code of the error.' })),
    field: Type.Optional(Type.String({ description: 'rejected: the field at fault.' })),
    message: Type.Optional(Type.String({ description: 'rejected: what is wrong.' })),
    hint: Type.Optional(Type.String({ description: 'rejected: what to do next.' })),
  },
  { $id: 'Verdict' },
)

export const receipt = {
  accepted: Type.Integer({ minimum: 0, description: 'Rows that are durable now.' }),
  rejected: Type.Integer({ minimum: 0, description: 'Rows that were not taken.' }),
  verdicts: Type.Array(named(verdictSchema), { description: "One per row, in the batch's order." }),
}

/** The answer to a batch of which at least one row was taken. */
export const receiptSchema = Type.Object(receipt, { $id: 'Receipt' })
