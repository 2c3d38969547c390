import { exportUser } from '@explore/embedded/export-user'
import { forgetUser } from '@explore/embedded/forget-user'
import { type CommonOptions, report } from '../context.ts'

/** All that is held about a viewer: one JSON document, whatever is asked for. */
export const userExport = (id: string, options: CommonOptions): Promise<void> =>
  report(
    { ...options, json: true },
    home => exportUser(home, id, { wall: Date.now }),
    () => '',
  )

/** Removes all that is held about a viewer; a server may run meanwhile. */
export const userForget = (id: string, options: CommonOptions): Promise<void> =>
  report(
    options,
    (home, progress) => forgetUser(home, id, { wall: Date.now }, progress),
    ({ user, profile, state, folded, values, events, loggedPages, snapshots, training }) =>
      [
        `${user} is forgotten: ${profile ? 'a' : 'no'} profile, ${state ? 'a' : 'no'} state, ${values} stored pages and lists`,
        events === null
          ? 'their events stay in the topic until its retention; no fold, training or export reads them'
          : `${events} events erased from the log`,
        ...(loggedPages > 0 ? [`${loggedPages} pages taken out of the logged features`] : []),
        ...(snapshots > 0 ? [`${snapshots} snapshots written anew`] : []),
        ...(training === 'given up' ? ['a training that was cut short is given up'] : []),
        ...(training === 'under way'
          ? ['a training is under way and has read their events: train again after it']
          : []),
        ...(folded
          ? []
          : ['no stream processor has come to the mark yet: the state goes when one does']),
      ].join('\n'),
  )
