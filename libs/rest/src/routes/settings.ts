import { type Setting, SETTINGS, type SettingKey, type Settings } from '@explore/explore'
import type { Edge } from '../edge.ts'
import { named, type Of } from '../schemas/fields.ts'
import { changesSchema, type settingSchema, settingsSchema } from '../schemas/operations.ts'
import { answer, BODY, CALLER, refusals } from '../schemas/problem.ts'

/** Reads and changes the settings of the running server. */
export const settingRoutes = (edge: Edge): void => {
  edge.get(
    '/v1/settings',
    {
      schema: {
        operationId: 'getSettings',
        tags: ['operations'],
        summary: 'Every setting: its value, default, bounds, unit and meaning',
        response: { 200: answer(settingsSchema, 'Setting → all of it.'), ...refusals(CALLER) },
      },
    },
    async request => described(request.service.settings()),
  )

  edge.patch(
    '/v1/settings',
    {
      schema: {
        operationId: 'changeSettings',
        tags: ['operations'],
        summary: 'Change settings of the running server',
        description: 'All or nothing: where one value is refused, the old ones serve on.',
        body: named(changesSchema),
        response: {
          200: answer(settingsSchema, 'The settings as they are in force now.'),
          ...refusals([...CALLER, ...BODY, 'SETTING_UNKNOWN', 'SETTING_INVALID', 'DISK_FULL']),
        },
      },
    },
    async request => described(await request.service.changeSettings(request.body)),
  )
}

const described = (
  settings: Settings,
): { readonly settings: Readonly<Record<string, Of<typeof settingSchema>>> } => ({
  settings: Object.fromEntries(
    Object.entries<Setting>(SETTINGS).map(([key, setting]) => {
      const value = settings[key as SettingKey]
      return [key, { value, overridden: value !== setting.default, ...setting }]
    }),
  ),
})
