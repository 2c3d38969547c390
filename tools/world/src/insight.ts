import type { Minds } from './minds.ts'
import type { Nature } from './nature.ts'
import type { Request } from './response.ts'

/** What only an oracle may see: the world's laws, and the viewers' minds at this moment. */
export interface Insight {
  readonly nature: Nature
  readonly minds: Minds
  /** The request that the policy is asked about. */
  request(): Request
}

/** The key under which a policy of this room receives insight. Never exported from the room. */
export const INSIGHT = Symbol('insight')

export interface Insider {
  [INSIGHT](insight: Insight): void
}

export const isInsider = (policy: object): policy is Insider => INSIGHT in policy
