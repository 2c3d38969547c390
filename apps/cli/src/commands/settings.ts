import { SETTINGS } from '@explore/explore'
import { connect } from '../connect.ts'
import { type CommonOptions, report } from '../context.ts'

/** Lists the settings, or changes some: `key=value …`, `key=` takes an override back. */
export const settings = (changes: readonly string[], options: CommonOptions): Promise<void> =>
  report(
    options,
    async home => {
      const { service, close } = await connect(home)
      try {
        if (changes.length > 0)
          await service.changeSettings(Object.fromEntries(changes.map(change)))
        return service.settings()
      } finally {
        await close()
      }
    },
    values =>
      Object.entries(SETTINGS)
        .map(([key, setting]) => {
          const value = values[key as keyof typeof values]
          const mark = value === setting.default ? ' ' : '*'
          return `${mark} ${key.padEnd(36)} ${String(value).padEnd(10)} ${setting.doc}`
        })
        .join('\n'),
  )

const change = (text: string): [string, unknown] => {
  const at = text.indexOf('=')
  const [key, raw] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
  if (raw === '') return [key, null]
  try {
    return [key, JSON.parse(raw)]
  } catch {
    return [key, raw]
  }
}
