import { Type } from '@sinclair/typebox'
import { nullable, word } from './fields.ts'

const open = (description: string) => Type.Object({}, { additionalProperties: true, description })

/** What was removed of a viewer. */
export const forgottenSchema = Type.Object(
  {
    user: Type.String(),
    profile: Type.Boolean({ description: 'Whether there was a profile.' }),
    state: Type.Boolean({ description: 'Whether there was a state.' }),
    folded: Type.Boolean({
      description:
        'False: no stream processor has come to the mark yet; the state goes when one does.',
    }),
    values: Type.Integer({ description: 'Sessions, lists and pages removed.' }),
    events: nullable('number', 'Erased from the log; null: the log drops them with its retention.'),
    loggedPages: Type.Integer({ description: 'Pages taken out of the logged features.' }),
    snapshots: Type.Integer({ description: 'Snapshots written anew.' }),
    training: word(
      ['none', 'given up', 'under way'],
      'One that was cut short is given up; one that is under way has read the events: train after it.',
    ),
  },
  { $id: 'Forgotten' },
)

/** All that is held about a viewer. */
export const userExportSchema = Type.Object(
  {
    user: Type.String(),
    exportedAt: Type.String({ description: 'ISO 8601.' }),
    profile: Type.Unsafe<object | null>({
      anyOf: [{ $ref: 'User' }, { type: 'null' }],
      description: 'As it was put.',
    }),
    state: Type.Unsafe<object | null>({
      type: ['object', 'null'],
      additionalProperties: true,
      description: 'What their events were folded to; topics and authors by their hashes.',
    }),
    longTermList: Type.Array(Type.String()),
    pages: Type.Array(Type.Object({ kind: Type.String(), bytes: Type.Integer() }), {
      description: 'Pages computed ahead or under way.',
    }),
    events: Type.Array(open('An event.')),
    servedPages: Type.Array(open('A page as it was served.')),
    loggedFeatures: Type.Array(Type.Object({ requestId: Type.String(), time: Type.Number() }), {
      description: 'Requests whose features were logged.',
    }),
  },
  { $id: 'UserExport' },
)
