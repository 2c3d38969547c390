import * as job from '@explore/embedded/backup'
import { type CommonOptions, report } from '../context.ts'

const size = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** Copies all that cannot be made anew, while everything serves. */
export const backup = (dir: string, options: CommonOptions): Promise<void> =>
  report(
    options,
    (home, progress) => job.backUp(home, dir, { wall: Date.now }, progress),
    ({ folder, files, bytes, events, bundle }) =>
      `${folder}: ${files} files, ${size(bytes)}; state of ${events} events, bundle ${bundle ?? 'none'}`,
  )

export interface RestoreOptions extends CommonOptions {
  readonly only?: 'home' | 'redis'
  readonly check?: boolean
}

/** Puts a backup into an empty home and an empty Redis, or only reads all of it. */
export const restore = (dir: string, { check, only, ...options }: RestoreOptions): Promise<void> =>
  check
    ? report(
        options,
        () => job.checkBackup(dir),
        ({ createdAt, files }) =>
          `${dir} is sound: ${Object.keys(files).length} files of ${new Date(createdAt).toISOString()}`,
      )
    : report(
        options,
        (home, progress) => job.restore(home, dir, { ...(only && { only }) }, progress),
        ({ createdAt, bundle, parts, caughtUp, lag }) =>
          [
            `restored ${parts.join(' and ')} as of ${new Date(createdAt).toISOString()}, bundle ${bundle ?? 'none'}`,
            `${caughtUp} events folded on top of it${lag > 0 ? `, ${lag} wait for stream processors` : ''}`,
            'whoever was forgotten since that backup is in it: forget them again',
          ].join('\n'),
      )
