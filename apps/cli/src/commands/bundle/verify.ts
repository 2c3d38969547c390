import { bundleNamed, exploreErrorOf, inspectBundle, surveyBundles } from '@explore/embedded'
import { type CommonOptions, report } from '../../context.ts'
import { EXIT } from '../../fail.ts'

/** Loads bundles as a server would, without serving them; exit code 1 where one cannot be. */
export const verify = (names: readonly string[], options: CommonOptions): Promise<void> =>
  report(
    options,
    async (home, progress) => {
      const entries = await surveyBundles(home)
      const chosen = names.length === 0 ? entries : names.map(name => bundleNamed(entries, name))
      const results: { bundle: string; sound: boolean; signed: boolean; problem: string | null }[] =
        []
      for (const [i, { id, signed }] of chosen.entries()) {
        progress('verify', i / chosen.length, id)
        try {
          await inspectBundle(home, id, Date.now)
          results.push({ bundle: id, sound: true, signed, problem: null })
        } catch (error) {
          const { code, message } = exploreErrorOf(error)
          results.push({ bundle: id, sound: false, signed, problem: `${code}: ${message}` })
        }
      }
      progress('verify', 1)
      if (results.some(({ sound }) => !sound)) process.exitCode = EXIT.failed
      return results
    },
    results =>
      results.length === 0
        ? 'no bundles yet: npx explore train'
        : results
            .map(({ bundle, sound, signed, problem }) =>
              sound
                ? `✓ ${bundle}  checksums, ${signed ? 'signature' : 'no signature'}, catalogue, every model runs`
                : `✗ ${bundle}  ${problem}`,
            )
            .join('\n'),
  )
