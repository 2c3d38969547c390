import type { Event, Item, User } from '@explore/explore'
import type { FieldKind } from './convert.ts'

/** One field of a record: how its value is checked, and what the mapping reference says of it. */
export interface FieldSpec {
  readonly kind: FieldKind
  readonly required?: true
  readonly doc: string
}

type Specs<Field extends PropertyKey> = Readonly<Record<Field, FieldSpec>>

/** The fields that a mapping can fill, but for attributes and event types, which have a shape of their own. */
export const ITEM_FIELDS = {
  id: { kind: 'id', required: true, doc: 'the item’s id' },
  author: { kind: 'id', required: true, doc: 'the author’s id' },
  topics: { kind: 'topics', doc: 'a list of topics, most specific first' },
  createdAt: { kind: 'creation', doc: 'when it was made: a time after 1900' },
  durationMs: { kind: 'amount', doc: 'length in milliseconds' },
  hidden: { kind: 'flag', doc: 'true where it must never be served' },
  recommendable: { kind: 'flag', doc: 'false where it must not be shown to strangers' },
  integrityRisk: { kind: 'probability', doc: 'probability in [0, 1] that it breaks a rule' },
} as const satisfies Specs<keyof Omit<Item, 'attributes'>>

export const USER_FIELDS = {
  id: { kind: 'id', required: true, doc: 'the user’s id' },
  createdAt: { kind: 'creation', doc: 'when the account was made: a time after 1900' },
} as const satisfies Specs<keyof Omit<User, 'attributes'>>

export const EVENT_FIELDS = {
  eventId: {
    kind: 'id',
    doc: 'makes the event idempotent; if not given, a hash of user, item, author and time',
  },
  userId: { kind: 'id', required: true, doc: 'who did it' },
  itemId: { kind: 'id', doc: 'to which item; only `hide_author` and `unhide_author` go without' },
  authorId: { kind: 'id', doc: 'whom `hide_author` and `unhide_author` concern' },
  time: { kind: 'time', required: true, doc: 'when: a time after 2000, at most a day ahead' },
  requestId: { kind: 'text', doc: 'the page on which it happened' },
  position: { kind: 'place', doc: 'place on that page, from 0' },
  surface: { kind: 'text', doc: 'the tab or surface' },
  playMs: { kind: 'amount', doc: 'watch time in milliseconds' },
} as const satisfies Specs<keyof Omit<Event, 'type'>>

export const SEQUENCE_FIELDS = {
  userId: { kind: 'id', required: true, doc: 'whose history it is' },
  lastTime: { kind: 'time', required: true, doc: 'the time of the last impression' },
  surface: { kind: 'text', doc: 'the surface of all its events' },
} as const satisfies Specs<'userId' | 'lastTime' | 'surface'>
