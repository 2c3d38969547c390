import type { Parameters } from './parameters.ts'

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
    width: 0.17,
    scatter: 0.25,
    drift: 0.02,
    shock: 0.01,
    moodFloor: 0.65,
  },
  viewers: {
    null: 0.06,
    critics: 0.01,
    critical: 3.2,
    newcomers: 0.12,
    gap: 2.3,
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
    click: { base: -0.4, trait: 1.85, quality: 1.6, bait: 0.8, pull: 4.6, unopened: 0, tired: -1 },
    long_view: {
      ...{ base: 0.5, trait: 1.2, quality: 0.9, bait: -0.35, pull: 1.2 },
      ...{ unopened: -7, tired: -0.4 },
    },
    like: {
      ...{ base: -5.97, trait: 2.4, quality: 0.4, bait: -0.3, pull: 1.2 },
      ...{ unopened: -2, tired: -0.4 },
    },
    save: {
      ...{ base: -6.8, trait: 1.4, quality: 0.5, bait: -0.3, pull: 1.2 },
      ...{ unopened: -2.7, tired: -0.2 },
    },
    share: {
      ...{ base: -8.4, trait: 1.7, quality: 0.3, bait: 0, pull: 0.8 },
      ...{ unopened: -2.7, tired: -0.2 },
    },
    comment: {
      ...{ base: -6.55, trait: 1.4, quality: 0.1, bait: 0.2, pull: 0.8 },
      ...{ unopened: -3.9, tired: -0.2 },
    },
    follow: {
      ...{ base: -8.15, trait: 1.8, quality: 0.4, bait: -0.3, pull: 1 },
      ...{ unopened: -2, tired: -0.2 },
    },
    see_less: {
      ...{ base: -9.9, trait: 1.5, quality: 0, bait: 0.1, pull: -0.35 },
      ...{ unopened: 0, tired: 0.4 },
    },
    report: { base: -15.2, trait: 0, quality: 0, bait: 0, pull: 0, unopened: 0, tired: 0 },
  },
  hideAuthor: 0.2,
  regret: 0.02,
  late: 0.06,
  lateHours: 3,
  logging: {
    popular: 0.45,
    recent: 0.06,
    topical: 0.46,
    uniform: 0.03,
    sharpness: 1,
    reachSpread: 1.85,
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
