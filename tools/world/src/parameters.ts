import type { Reaction } from './worth.ts'

/** How the chance of one reaction moves: coefficients on its logit. */
export interface Sensitivity {
  /** Logit for an average viewer, an average item, no interest. */
  readonly base: number
  /** Standard deviation of the viewer's own inclination; sets the intra-class correlation by user. */
  readonly trait: number
  readonly quality: number
  /** Bait promises more than the item holds: it wins clicks and loses what comes after. */
  readonly bait: number
  readonly pull: number
  /** Added when the item was not opened: the click gate. 0 is ungated. */
  readonly unopened: number
  /** Added per unit of tiredness of the item's topic and author. */
  readonly tired: number
}

/** Every number of the world, with its unit. Time spans are in days unless said otherwise. */
export interface Parameters {
  readonly catalogue: {
    /** Items per author, on average. */
    readonly itemsPerAuthor: number
    /** Mean age of an item; uploads per day = items / meanAge. */
    readonly meanAge: number
    /** Mean life until the owner takes an item down. */
    readonly meanLife: number
    /** Share of items that go viral, at some hour of their first two days. */
    readonly viral: number
    /** Half-life of virality. */
    readonly viralHalfLife: number
    /** Share of quality's variance that is the author's. */
    readonly authorShare: number
    /** Share of items whose declared topic is wrong. */
    readonly mislabelled: number
  }
  readonly taste: {
    /** Dimension of the latent space. */
    readonly dimension: number
    /** Interests per viewer. */
    readonly interests: number
    /** Width of an interest: the kernel is exp((cos − 1) / width). */
    readonly width: number
    /** Spread of items and of interests around their topic. */
    readonly scatter: number
    /** Step of the daily random walk of an interest, relative to its length. */
    readonly drift: number
    /** Chance per day that one interest is replaced by another. */
    readonly shock: number
    /** A mood leaves each interest between this and all of its strength. */
    readonly moodFloor: number
  }
  readonly viewers: {
    /** Share whose behaviour does not depend on what they are shown. */
    readonly null: number
    /** Share who ask to see less often, and what this adds to the logit of doing so. */
    readonly critics: number
    readonly critical: number
    /** Share who joined during the history. */
    readonly newcomers: number
    /** Median days between visits, and the spread of its logarithm. */
    readonly gap: number
    readonly gapSpread: number
    /** Logit of leaving after an impression, its spread, and what enjoyment takes from it. */
    readonly leave: number
    readonly leaveSpread: number
    readonly leaveEnjoyed: number
    /** Impressions in a visit after which leaving becomes e times as likely. */
    readonly stamina: number
    /** What satisfaction takes from the logarithm of the next gap, and its memory over visits. */
    readonly loyalty: number
    readonly memory: number
    /** Satisfaction at which gaps are as usual. */
    readonly neutral: number
  }
  readonly attention: {
    /** Chance that the last places of a page are looked at, and the decay over places above it. */
    readonly floor: number
    readonly decay: number
  }
  readonly click: {
    /** Logit per unit of format preference, for a foreign language, per song. */
    readonly format: number
    readonly foreign: number
    readonly song: number
    /** Logit at the peak of virality, and loss per e-fold of age in topics of ordinary pace. */
    readonly viral: number
    readonly age: number
  }
  readonly satiation: {
    /** Loss of click logit per e-fold of recent impressions of the topic. */
    readonly topic: number
    /** Share of topic satiation that one impression of another topic leaves. */
    readonly forget: number
    /** Hours in which topic satiation falls to 1/e. */
    readonly recoveryHours: number
    /** Loss of click logit per recent impression of the author, and hours of recovery. */
    readonly author: number
    readonly authorHours: number
  }
  readonly reactions: Readonly<Record<Reaction, Sensitivity>>
  /** Chance that a viewer who asks to see less hides the author; that a like or save is taken back. */
  readonly hideAuthor: number
  readonly regret: number
  /** Share of labels after the click that come late, and their mean delay in hours. */
  readonly late: number
  readonly lateHours: number
  readonly logging: {
    /** Mixture of the logging policy; sums to 1. */
    readonly popular: number
    readonly recent: number
    readonly topical: number
    readonly uniform: number
    /** Exponent on popularity, and spread of the popularity that items begin with. */
    readonly sharpness: number
    readonly reachSpread: number
    /** Half-life of clicks in popularity; hours between refreshes of its tables. */
    readonly halfLife: number
    readonly refreshHours: number
  }
}
