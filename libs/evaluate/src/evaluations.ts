import type { EvaluationEntry } from './evaluation.ts'

/** Every evaluation by its name on the command line, without its code: one entry and one folder each. */
export const EVALUATIONS = {
  retrieval: {
    summary:
      'the two towers, the sources and their mix beside baselines, ranking the whole catalogue',
    protocols: {
      time: 'what users engage with after a time, from all before it',
      kuairand:
        'KuaiRand-Pure: train to 1 May, validate on 2 to 4 May, test from 5 May; positives are clicks',
      'leave-one-out': "each user's last positive, from all before it",
      lists: 'plain lists of user,item[,time]: --train and --test',
    },
    flags: [
      { usage: '--train <file>', help: 'protocol lists: what is trained on' },
      { usage: '--test <file>', help: 'protocol lists: what is to be found' },
      {
        usage: '--positives <types>',
        help: 'what is found, comma separated (default: every engagement)',
      },
      { usage: '--k <cuts>', help: 'cuts of the metrics, comma separated' },
      { usage: '--only <methods>', help: 'only methods whose names begin so, comma separated' },
      {
        usage: '--params <list|file>',
        help: 'hyperparameters, as epochs=5,lambda=500 or a JSON file',
      },
      {
        usage: '--tune <n>',
        help: 'choose hyperparameters on the validation part: n trials of the towers',
      },
      { usage: '--shuffle-labels', help: 'leak check: everything must fall to chance' },
      { usage: '--validation', help: 'measure on the validation part, by which choices are made' },
      { usage: '--ann', help: 'also recall of HNSW against exact search' },
    ],
    load: async () => (await import('./retrieval/evaluate-retrieval.ts')).evaluateRetrieval,
  },
  'first-stage': {
    summary: "how much of the second stage's best the first stage keeps, beside cheaper rankings",
    protocols: { latest: 'the latest fifth of a sample of requests, trained on the rest' },
    flags: [{ usage: '--requests <n>', help: 'requests that the second stage ranks (2000)' }],
    load: async () => (await import('./first-stage/evaluate-first-stage.ts')).evaluateFirstStage,
  },
  funnel: {
    summary: "what the served funnel loses of its own second stage's best, step by step",
    protocols: { now: "a request of each sampled viewer, at the log's end" },
    flags: [
      { usage: '--requests <n>', help: 'viewers who ask (300)' },
      {
        usage: '--pool <n>',
        help: 'largest catalogue that is ranked whole, else a sample (50000)',
      },
    ],
    load: async () => (await import('./funnel/evaluate-funnel.ts')).evaluateFunnel,
  },
  ladder: {
    summary: 'what pages lose while stages, lists or all of the funnel are away, rung by rung',
    protocols: { now: "a request of each sampled viewer, at the log's end" },
    flags: [
      { usage: '--requests <n>', help: 'viewers who ask (300)' },
      { usage: '--age <hours>', help: 'how old precomputed pages are (12)' },
    ],
    load: async () => (await import('./ladder/evaluate-ladder.ts')).evaluateLadder,
  },
  'cold-start': {
    summary: 'new items by their content and new viewers by their context, against popularity',
    protocols: { time: 'a tenth of items and of viewers, new in the last fifth of the log' },
    flags: [{ usage: '--batch <n>', help: "positives per step of the towers' training (256)" }],
    load: async () => (await import('./cold-start/evaluate-cold-start.ts')).evaluateColdStart,
  },
  policy: {
    summary: 'what another policy would have earned, from logged decisions with propensities',
    protocols: { log: 'one decision a line: user, reward, propensity, target; model, expected' },
    flags: [
      { usage: '--log <file>', help: 'decisions as JSON lines' },
      { usage: '--clip <n>', help: 'largest importance weight of IPS and DR (20)' },
    ],
    load: async () => (await import('./off-policy/evaluate-policy.ts')).evaluatePolicy,
  },
  ranking: {
    summary: "the second stage beside baselines: each head's order, entropy and calibration",
    protocols: {
      'time-split': 'the last tenth of the impressions, from all before it',
      'kuairand-2.1': 'KuaiRand-Pure: order of long views within users from 29 April, frozen then',
      'kuairand-click': 'KuaiRand-Pure: clicks from 5 May, everything frozen at the end of 1 May',
      'kuairand-heads': 'KuaiRand-Pure: every head from 1 May, trained to 30 April',
    },
    flags: [
      {
        usage: '--only <names>',
        help: 'only these: random, popularity, counters, fm, twins, second-stage, small, without-PART',
      },
      { usage: '--shuffle-labels', help: 'a leak check: what is learnt must fall to chance' },
    ],
    load: async () => (await import('./ranking/evaluate-ranking.ts')).evaluateRanking,
  },
} as const satisfies Record<string, EvaluationEntry>

export type EvaluationName = keyof typeof EVALUATIONS
