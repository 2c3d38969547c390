import type { StepTrace } from '@explore/pipeline'
import type { ErrorCode } from './errors.ts'
import type { Settings } from './settings.ts'
import type { Event, Group, Head, Id, Item, Millis, SourceName, User } from './types.ts'

/** What a caller asks for. */
export interface PageRequest {
  readonly userId: Id
  readonly limit?: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string
  readonly surface?: string
  /** Explain each item. A ranking is explained when it is made: with a cursor, ask so from the first page on. */
  readonly explain?: boolean
  /** Explain where this item is, or at which step and why it left. */
  readonly explainItem?: Id
}

/** One place on the page. */
export interface PageItem {
  readonly itemId: Id
  /** The value that ranked it; absent where a fallback ranked by less. */
  readonly score: number | null
  readonly sources: readonly SourceName[]
  /** Where exploration gave the item its place: the chance with which it drew this place of its ranking. */
  readonly propensity?: number
  readonly explanation?: ItemExplanation
}

/** Why an item is where it is. Ranks are 1-based. */
export interface ItemExplanation {
  readonly retrieval: { readonly rank: number; readonly score: number }
  readonly firstStage: { readonly rank: number; readonly score: number }
  readonly secondStage: {
    readonly rank: number
    readonly probabilities: Readonly<Record<Head, number>>
  }
  /** Each term of the value, signed: they add up to `value`. */
  readonly value: {
    readonly value: number
    /** The value after the integrity downrank: what ordered the items. */
    readonly score: number
    readonly terms: Readonly<Record<Head, number>>
  }
  /** Each rule's move of the item, 1-based places, and why where the rule says. */
  readonly moves: readonly {
    readonly rule: string
    readonly from: number
    readonly to: number
    readonly why?: string
  }[]
}

/** The way of an item that the caller expected. */
export interface AbsenceExplanation {
  readonly itemId: Id
  /** 1-based place when the item is on this page after all. */
  readonly place?: number
  /** The step at which it left, and why. */
  readonly leftAt?: string
  readonly reason: string
  readonly steps: readonly {
    readonly step: string
    readonly rank?: number
    readonly reason?: string
  }[]
}

export interface Page {
  readonly requestId: string
  readonly userId: Id
  readonly group: Group
  /** Where the order came from: ranked now, an earlier ranking continued, or computed off-peak. */
  readonly origin: 'live' | 'session' | 'precomputed' | 'fallback'
  readonly items: readonly PageItem[]
  readonly nextCursor: string | null
  readonly bundle: string | null
  /** Rungs of the degradation ladder that this page stands on; empty on a good day. */
  readonly degraded: readonly string[]
  readonly trace?: readonly StepTrace[]
  readonly absent?: AbsenceExplanation
}

/** What became of one row of a batch, in the batch's order. */
export type Verdict =
  | { readonly status: 'accepted'; readonly eventId: string }
  | {
      readonly status: 'rejected'
      readonly code: ErrorCode
      readonly field?: string
      readonly message: string
      readonly hint: string
    }

export interface Health {
  readonly ready: boolean
  readonly bundle: string | null
  readonly items: number
  /** Events in the log that are not folded yet. */
  readonly lag: number
  readonly problems: readonly string[]
}

/** What was removed of a user, and what is left to do. */
export interface ForgetReport {
  readonly user: Id
  /** Whether there was a profile; a state. */
  readonly profile: boolean
  readonly state: boolean
  /** False where no stream processor has reached the mark yet: the state goes when one does. */
  readonly folded: boolean
  /** Sessions, long-term list and precomputed page. */
  readonly values: number
  /** Events erased from the log; null where the log keeps them, unread, until its retention. */
  readonly events: number | null
  /** Pages taken out of the log of features, and snapshots that were written anew. */
  readonly loggedPages: number
  readonly snapshots: number
  /** A training that was cut short is given up, as it has read the events; one under way has, too. */
  readonly training: 'none' | 'given up' | 'under way'
}

/** All that is held about a user, as JSON. */
export interface UserExport {
  readonly user: Id
  /** ISO 8601. */
  readonly exportedAt: string
  /** As its owner described the user. */
  readonly profile: User | null
  /** What their events were folded to; items by id, topics and authors by their hashes. */
  readonly state: object | null
  readonly longTermList: readonly Id[]
  /** Where pages were computed ahead or are under way: how many bytes of them. */
  readonly pages: readonly { readonly kind: string; readonly bytes: number }[]
  readonly events: readonly Event[]
  /** Pages recorded as they were served, on a bus. */
  readonly servedPages: readonly object[]
  /** Requests whose features were logged. */
  readonly loggedFeatures: readonly { readonly requestId: string; readonly time: Millis }[]
}

/** Whoever measures pages: hears what each step of the funnel did, whether the page explains it or not. */
export interface PageWatch {
  /** `startedAt`: when the first step began, by the wall clock. A page that continues a session has no steps. */
  readonly steps: (steps: readonly StepTrace[], startedAt: Millis) => void
}

/** The product's operations, whoever carries them: REST, gRPC, the command line. */
export interface ExploreService {
  readonly page: (request: PageRequest, watch?: PageWatch) => Promise<Page>
  /** Accepts rows of any shape; resolves when the accepted ones are durable. */
  readonly record: (rows: readonly unknown[]) => Promise<readonly Verdict[]>
  readonly putItems: (items: readonly Item[]) => Promise<void>
  readonly item: (id: Id) => Promise<Item | undefined>
  readonly items: (after: Id | undefined, limit: number) => Promise<readonly Item[]>
  readonly deleteItems: (ids: readonly Id[]) => Promise<readonly Id[]>
  readonly putUsers: (users: readonly User[]) => Promise<void>
  readonly user: (id: Id) => Promise<User | undefined>
  readonly users: (after: Id | undefined, limit: number) => Promise<readonly User[]>
  readonly deleteUsers: (ids: readonly Id[]) => Promise<readonly Id[]>
  /** Removes all that is held about a user, one after the other; the same call again finishes what was cut short. */
  readonly forgetUser: (id: Id) => Promise<ForgetReport>
  /** Collects all that is held about a user. */
  readonly exportUser: (id: Id) => Promise<UserExport>
  readonly settings: () => Settings
  /** All or nothing; null takes an override back. Throws SETTING_UNKNOWN or SETTING_INVALID. */
  readonly changeSettings: (changes: Readonly<Record<string, unknown>>) => Promise<Settings>
  readonly health: () => Promise<Health>
}
