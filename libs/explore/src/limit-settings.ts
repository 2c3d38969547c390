import { number } from './setting.ts'

/** How much of the server one caller, and all together, may have. */
export const LIMIT_SETTINGS = {
  'limits.keyPerSecond': number(
    0,
    0,
    1e6,
    'requests/s',
    'Most requests of one key of role service or admin; 0: no limit',
  ),
  'limits.viewerPerSecond': number(
    20,
    0,
    1e6,
    'requests/s',
    'Most requests of one viewer with a key or token of their own; 0: no limit',
  ),
  'limits.burstSeconds': number(
    2,
    0,
    3600,
    's',
    'Time whose requests may come at once after a silence as long',
  ),
  'limits.latencyMs': number(
    150,
    1,
    60_000,
    'ms',
    'Mean latency from which on pages are refused with 503, so that the others are in time',
  ),
} as const
