import { GROUPS, HEADS, type Head, SOURCES } from '@explore/explore'
import { type TNumber, Type } from '@sinclair/typebox'
import { named, nullable, word } from './fields.ts'

const rank = (description: string) => Type.Integer({ minimum: 1, description })

const byHead = (description: string) =>
  Type.Object(
    Object.fromEntries(HEADS.map(head => [head, Type.Number()])) as Record<Head, TNumber>,
    { description },
  )

const staged = (description: string) =>
  Type.Object({ rank: rank('1-based.'), score: Type.Number() }, { description })

export const explanationSchema = Type.Object(
  {
    retrieval: staged('Place among the candidates.'),
    firstStage: staged('Place by the first stage.'),
    secondStage: Type.Object(
      { rank: rank('1-based, by value.'), probabilities: byHead('Calibrated, of each head.') },
      { description: 'What the second stage predicts.' },
    ),
    value: Type.Object(
      {
        value: Type.Number(),
        score: Type.Number({
          description: 'The value after the integrity downrank: what ordered.',
        }),
        terms: byHead('Signed; they add up to the value.'),
      },
      { description: 'The value that ranks.' },
    ),
    moves: Type.Array(
      Type.Object({
        rule: Type.String(),
        from: rank('1-based place before.'),
        to: rank('1-based place after.'),
        why: Type.Optional(Type.String()),
      }),
      { description: "Each rule's move of the item." },
    ),
  },
  { $id: 'ItemExplanation', description: 'Why an item is where it is; only with explain=true.' },
)

export const pageItemSchema = Type.Object(
  {
    itemId: Type.String(),
    score: nullable('number', 'The value that ranked it; null where a fallback ranked by less.'),
    sources: Type.Array(word(SOURCES, 'A retrieval source.')),
    explanation: Type.Optional(named(explanationSchema)),
  },
  { $id: 'PageItem' },
)

const counts = (description: string) => Type.Record(Type.String(), Type.Number(), { description })

export const stepSchema = Type.Object(
  {
    step: Type.String(),
    kind: word(
      ['retrieve', 'filter', 'refill', 'lookup', 'keep', 'rerank', 'part'],
      'What the step does to the slate.',
    ),
    in: Type.Integer({ description: 'Candidates before.' }),
    out: Type.Integer({ description: 'Candidates after.' }),
    ms: Type.Number(),
    counts: Type.Optional(counts('retrieve: found by source; filter: refused by filter.')),
    failures: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Failures by source or stage.' }),
    ),
    rung: Type.Optional(Type.String({ description: 'The rung that the step fell back to.' })),
  },
  { $id: 'StepTrace', description: 'What one step of the funnel did; only with explain=true.' },
)

export const absenceSchema = Type.Object(
  {
    itemId: Type.String(),
    place: Type.Optional(rank('Its place when it is on this page after all.')),
    leftAt: Type.Optional(Type.String({ description: 'The step at which it left.' })),
    reason: Type.String(),
    steps: Type.Array(
      Type.Object({
        step: Type.String(),
        rank: Type.Optional(rank('1-based, after the step.')),
        reason: Type.Optional(Type.String()),
      }),
    ),
  },
  { $id: 'AbsenceExplanation', description: 'The way of the item named by explainItem.' },
)

export const pageSchema = Type.Object(
  {
    requestId: Type.String({ description: 'Send it back with the events of this page.' }),
    userId: Type.String(),
    group: word(GROUPS, 'How active the viewer is.'),
    origin: word(['live', 'session', 'precomputed', 'fallback'], 'Where the order came from.'),
    items: Type.Array(named(pageItemSchema), { description: 'Best first.' }),
    nextCursor: nullable('string', 'Opaque; null on the last page.'),
    bundle: nullable('string', 'The models that ranked.'),
    degraded: Type.Array(Type.String(), {
      description: 'Rungs of the degradation ladder that the page stands on; empty on a good day.',
    }),
    trace: Type.Optional(Type.Array(named(stepSchema))),
    absent: Type.Optional(named(absenceSchema)),
  },
  {
    $id: 'Page',
    examples: [
      {
        requestId: 'r1',
        userId: 'u712',
        group: 'casual',
        origin: 'live',
        items: [{ itemId: 'm42', score: 1.73, sources: ['two-tower', 'trending'] }],
        nextCursor: 'eyJzIjoi…',
        bundle: '2026-11-23-1',
        degraded: [],
      },
    ],
  },
)
