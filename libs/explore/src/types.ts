/** An item id, user id or author id at the edge: 1 to 64 characters of `ID_PATTERN`. */
export type Id = string

/** Ids are printable, URL-safe and free of braces and slashes, so they can be part of any store's key. */
export const ID_PATTERN = '^[A-Za-z0-9_.:~@-]{1,64}$'

/** Milliseconds since the Unix epoch. */
export type Millis = number

/** A media as its owner describes it. Everything but `id` and `author` is optional content. */
export interface Item {
  readonly id: Id
  readonly author: Id
  /** Most specific first; the first four are used. */
  readonly topics?: readonly string[]
  readonly createdAt?: Millis
  readonly durationMs?: number
  /** Free categorical facts (`music`, `format`), hashed into features. */
  readonly attributes?: Readonly<Record<string, string>>
  /** Withdrawn by its owner or a moderator: never served. */
  readonly hidden?: boolean
  /** May stay on the platform but is never recommended to strangers. */
  readonly recommendable?: boolean
  /** Probability in [0, 1] that the item breaks a rule, from an integrity classifier. */
  readonly integrityRisk?: number
}

/** A viewer as the caller describes them. Everything but `id` is optional. */
export interface User {
  readonly id: Id
  readonly createdAt?: Millis
  /** Free categorical facts (`country`, `language`, `ageRange`), hashed into features. */
  readonly attributes?: Readonly<Record<string, string>>
}

/** What a viewer can do. The order is the wire order: append only. */
export const EVENT_TYPES = [
  'impression',
  'click',
  'long_view',
  'like',
  'unlike',
  'save',
  'unsave',
  'share',
  'see_less',
  'hide_author',
  'unhide_author',
  'report',
  'comment',
  'follow',
  'skip',
] as const

export type EventType = (typeof EVENT_TYPES)[number]

/** One engagement or impression. `eventId` makes it idempotent; `requestId` ties it to a page. */
export interface Event {
  readonly eventId: string
  readonly userId: Id
  readonly type: EventType
  /** Required but for `hide_author` and `unhide_author`, which may name the author instead. */
  readonly itemId?: Id
  readonly authorId?: Id
  /** When it happened, by the producer's clock. */
  readonly time: Millis
  readonly requestId?: string
  /** 0-based place on the page. */
  readonly position?: number
  /** Surface or tab on which it happened; a categorical feature. */
  readonly surface?: string
  /** Watch time of the impression. */
  readonly playMs?: number
}

/** The MTML's heads, in the order of its outputs. The last three are what the value model subtracts. */
export const HEADS = [
  'click',
  'long_view',
  'like',
  'save',
  'share',
  'see_less',
  'hide_author',
  'report',
] as const

export type Head = (typeof HEADS)[number]

/** Viewer groups by activity, which mix sources and weigh values on their own. */
export const GROUPS = ['new', 'casual', 'heavy'] as const

export type Group = (typeof GROUPS)[number]

/** Retrieval sources, in the order of their bit in a candidate's source mask: append only. */
export const SOURCES = [
  'two-tower',
  'similar',
  'long-term',
  'trending',
  'fresh',
  'popular-in-group',
  'explore-cold',
] as const

export type SourceName = (typeof SOURCES)[number]
