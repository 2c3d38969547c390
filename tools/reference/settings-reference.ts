import { environmentName, type Setting } from '@explore/explore'
import { code, table } from './table.ts'

/** docs/settings.md: every setting with its default, bounds, unit, meaning and environment variable. */
export const settingsReference = (settings: Readonly<Record<string, Setting>>): string => {
  const groups = Map.groupBy(Object.entries(settings), ([key]) => key.split('.')[0]!)
  return `# Settings

<!-- Made from libs/explore/src/settings.ts by \`npm run docs\`. -->

Defaults are overridden by \`settings.json\` in the home folder (one JSON object, \`{ "page.limit": 30 }\`),
and both by the environment. \`explore settings KEY=VALUE\` and \`PATCH /v1/settings\` change them in a running
server, all or nothing: an invalid change is refused with its field named, and the old settings serve on.
A setting that the environment fixes can't be changed live.

${[...groups].map(([group, entries]) => section(group, entries)).join('\n\n')}
`
}

const section = (group: string, entries: readonly (readonly [string, Setting])[]): string =>
  `## ${group}

${table(
  ['Key', 'Default', 'Range', 'Unit', 'Meaning', 'Environment'],
  entries.map(([key, setting]) => [
    code(key),
    code(setting.default),
    rangeOf(setting),
    setting.type === 'number' ? setting.unit : '',
    setting.doc,
    code(environmentName(key)),
  ]),
)}`

const rangeOf = (setting: Setting): string => {
  switch (setting.type) {
    case 'number':
      return `${setting.min} to ${setting.max}${setting.whole ? ', whole' : ''}`
    case 'boolean':
      return '`true`, `false`'
    case 'choice':
      return setting.choices.map(code).join(', ')
    case 'text':
      return code(setting.pattern)
  }
}
