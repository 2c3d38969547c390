import { number, type Setting, whole } from './setting.ts'

/** What a bundle must reach before it serves. */
export const GATE_SETTINGS = {
  'gates.window': number(
    0.05,
    0.001,
    1,
    'share of the log',
    'Latest events that a bundle is measured on before it is promoted, and the current one beside it',
  ),
  'gates.maxNe': number(
    1,
    0,
    1000,
    'ratio',
    'Most normalised entropy of a head; 1 knows its rate only',
  ),
  'gates.neLoss': number(
    0.05,
    0,
    10,
    'ratio',
    'How far a head may fall behind the current bundle in normalised entropy',
  ),
  'gates.leastPositives': whole(
    100,
    1,
    1e9,
    'events',
    'A head with fewer positives in the window is not judged',
  ),
  'gates.calibration': number(
    0.2,
    0,
    10,
    'ratio',
    'How far predicted over happened may be from 1, beyond its 95 % interval',
  ),
  'gates.recallLoss': number(
    0.1,
    0,
    1,
    'ratio',
    'How far retrieval may fall behind the current bundle in recall@100',
  ),
  'gates.leastQueries': whole(
    50,
    1,
    1e9,
    'viewers',
    'With fewer viewers in the window recall and survival are not judged',
  ),
  'gates.leastSurvival': number(
    0.8,
    0,
    1,
    'ratio',
    "Least share of the second stage's best 25 that the first stage keeps among its best 100",
  ),
  'gates.maxDrift': number(
    0.25,
    0,
    100,
    'PSI',
    'Most drift of the value of the same impressions against the current bundle',
  ),
} as const satisfies Record<string, Setting>
