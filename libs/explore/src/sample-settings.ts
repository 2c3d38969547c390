import { number, type Setting } from './setting.ts'

/** Of how many pages more is kept than their session. */
export const SAMPLE_SETTINGS = {
  'calibration.share': number(
    0.02,
    0,
    1,
    'share of the pages',
    'Pages whose predictions are kept for an hour and compared with what happens: explore_predicted_total and explore_happened_total',
  ),
  'features.logShare': number(
    0,
    0,
    1,
    'share of the pages',
    'Pages whose features are logged, for `explore bundle skew` or with a Kafka in the served page',
  ),
} as const satisfies Record<string, Setting>
