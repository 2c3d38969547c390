import { SETTINGS } from './settings.ts'

/** The environment variable of a setting: `page.limit` → `EXPLORE_SET_PAGE_LIMIT`. */
export const environmentName = (key: string): string =>
  `EXPLORE_SET_${key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[.-]/g, '_')
    .toUpperCase()}`

/** Overrides that the environment makes: texts and choices as they are, the rest as JSON. */
export const settingsOfEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> => {
  const overrides: Record<string, unknown> = {}
  for (const [key, { type }] of Object.entries(SETTINGS)) {
    const raw = environment[environmentName(key)]
    if (raw === undefined) continue
    overrides[key] = type === 'text' || type === 'choice' ? raw : parsed(raw)
  }
  return overrides
}

const parsed = (raw: string): unknown => {
  try {
    return JSON.parse(raw)
  } catch {
    return raw
  }
}
