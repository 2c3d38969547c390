import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

/**
 * One JSON line for each thing worth telling: time, level, the process's name, and what is passed. Levels of EXPLORE_LOG:
 * `error` (what an operator must see), `info` (also each request, without any viewer's id), `silent`.
 */
export const logsOf = (
  name: string,
  level = 'error',
  out: DestinationStream = pino.destination({ dest: 1, sync: true }),
): Logger =>
  pino(
    {
      level: Object.hasOwn(pino.levels.values, level) || level === 'silent' ? level : 'error',
      base: { service: name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    out,
  )
