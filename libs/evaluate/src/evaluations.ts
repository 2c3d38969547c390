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
} as const satisfies Record<string, EvaluationEntry>

export type EvaluationName = keyof typeof EVALUATIONS
