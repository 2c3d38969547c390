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

/** What the world draws for an impression, the click first because it gates the others. */
export const REACTIONS = [
  'click',
  'long_view',
  'like',
  'save',
  'share',
  'comment',
  'follow',
  'see_less',
  'report',
] as const

export type Reaction = (typeof REACTIONS)[number]

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

const mid: Parameters = {
  catalogue: {
    itemsPerAuthor: 8,
    meanAge: 45,
    meanLife: 3000,
    viral: 0.02,
    viralHalfLife: 1,
    authorShare: 0.5,
    mislabelled: 0.06,
  },
  taste: {
    dimension: 10,
    interests: 4,
    width: 0.3,
    scatter: 0.35,
    drift: 0.02,
    shock: 0.01,
    moodFloor: 0.5,
  },
  viewers: {
    null: 0.06,
    newcomers: 0.12,
    gap: 2,
    gapSpread: 0.8,
    leave: -2.6,
    leaveSpread: 0.6,
    leaveEnjoyed: 0.6,
    stamina: 25,
    loyalty: 1.6,
    memory: 0.6,
    neutral: 0.1,
  },
  attention: { floor: 0.7, decay: 3.5 },
  click: { format: 0.35, foreign: -0.6, song: 0.2, viral: 1.6, age: 0.12 },
  satiation: {
    topic: 0.35,
    forget: 0.9,
    recoveryHours: 8,
    author: 0.6,
    authorHours: 24,
  },
  reactions: {
    click: { base: -0.15, trait: 1.6, quality: 1.6, bait: 0.8, pull: 3.4, unopened: 0, tired: -1 },
    long_view: {
      ...{ base: 0.75, trait: 1.1, quality: 0.9, bait: -0.35, pull: 1.2 },
      ...{ unopened: -7, tired: -0.4 },
    },
    like: {
      ...{ base: -5.9, trait: 2.4, quality: 0.4, bait: -0.3, pull: 1.2 },
      ...{ unopened: -2, tired: -0.4 },
    },
    save: {
      ...{ base: -6.45, trait: 1.4, quality: 0.5, bait: -0.3, pull: 1.2 },
      ...{ unopened: -2.7, tired: -0.2 },
    },
    share: {
      ...{ base: -8.1, trait: 1.7, quality: 0.3, bait: 0, pull: 0.8 },
      ...{ unopened: -2.7, tired: -0.2 },
    },
    comment: {
      ...{ base: -6.4, trait: 1.4, quality: 0.1, bait: 0.2, pull: 0.8 },
      ...{ unopened: -3.9, tired: -0.2 },
    },
    follow: {
      ...{ base: -8.4, trait: 2.1, quality: 0.4, bait: -0.3, pull: 1 },
      ...{ unopened: -2, tired: -0.2 },
    },
    see_less: {
      ...{ base: -11.6, trait: 3.1, quality: -0.1, bait: 0.1, pull: -0.6 },
      ...{ unopened: 0, tired: 0.4 },
    },
    report: { base: -15.2, trait: 0, quality: 0, bait: 0, pull: 0, unopened: 0, tired: 0 },
  },
  hideAuthor: 0.2,
  regret: 0.02,
  late: 0.06,
  lateHours: 3,
  logging: {
    popular: 0.61,
    recent: 0.06,
    topical: 0.3,
    uniform: 0.03,
    sharpness: 1,
    reachSpread: 1.75,
    halfLife: 2,
    refreshHours: 3,
  },
}

/** The same world with another strength of boredom and speed of drift. */
const vary = (boredom: number, drift: number): Parameters => ({
  ...mid,
  taste: { ...mid.taste, drift: mid.taste.drift * drift, shock: mid.taste.shock * drift },
  satiation: {
    ...mid.satiation,
    topic: mid.satiation.topic * boredom,
    author: mid.satiation.author * boredom,
  },
})

/** Worlds under which a conclusion has to hold before it is worth stating (models-and-data §4.3). */
export const PRESETS = { low: vary(0.4, 0.3), mid, high: vary(1.8, 3) } as const

/**
 * Worth of a reaction in clicks: the world's own definition of value. A long view counts more than
 * the click that led to it, so that bait does not pay; asking to see less outweighs forty clicks.
 */
export const WORTH: Readonly<Record<Reaction | 'hide_author', number>> = {
  click: 1,
  long_view: 2,
  like: 5,
  save: 10,
  share: 15,
  comment: 5,
  follow: 15,
  see_less: -40,
  hide_author: -40,
  report: -400,
}
