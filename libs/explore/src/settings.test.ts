import { describe, expect, it } from 'vitest'
import { environmentName, settingsOfEnvironment } from './settings-environment.ts'
import { SETTINGS, settingsFrom } from './settings.ts'
import type { Setting } from './setting.ts'
import { GROUPS, HEADS, SOURCES } from './types.ts'

const refused = (overrides: Record<string, unknown>) => {
  try {
    settingsFrom(overrides)
  } catch (error) {
    return error
  }
  return undefined
}

describe('settings', () => {
  it('have valid defaults, each with a unit where it has one, and a word on what it does', () => {
    expect(() => settingsFrom()).not.toThrow()
    for (const [key, setting] of Object.entries(SETTINGS) as [string, Setting][]) {
      expect(setting.doc.length, key).toBeGreaterThan(10)
      expect(refused({ [key]: setting.default }), key).toBeUndefined()
      if (setting.type === 'number') expect(setting.unit, key).not.toBe('')
    }
  })

  it('weigh every source and every head for every group', () => {
    const settings = settingsFrom()
    for (const group of GROUPS) {
      for (const name of SOURCES)
        expect(settings).toHaveProperty([`sources.${name}.weight.${group}`])
      for (const head of HEADS) expect(settings).toHaveProperty([`value.${head}.${group}`])
    }
  })

  it.each([
    ['page.limit', 0],
    ['page.limit', 20.5],
    ['page.limit', '20'],
    ['page.limit', NaN],
    ['page.limit', null],
    ['integrity.blockAbove', 1.01],
    ['value.like.new', -1],
    ['precompute.policy', 'some'],
    ['groups.segment', 'a b'],
    ['groups.segment', 7],
  ])('refuse %s = %j, naming the field', (key, value) => {
    expect(refused({ [key]: value })).toMatchObject({ code: 'SETTING_INVALID', field: key })
  })

  it('refuse unknown keys, inherited names among them', () => {
    for (const key of ['page.limits', '__proto__', 'constructor', 'toString']) {
      const overrides = JSON.parse(`{"${key}": 1}`) as Record<string, unknown>
      expect(refused(overrides)).toMatchObject({ code: 'SETTING_UNKNOWN', field: key })
    }
  })

  it('refuse what does not fit together', () => {
    const none = Object.fromEntries(SOURCES.map(name => [`sources.${name}.weight.casual`, 0]))
    expect(refused({ 'page.limit': 50, 'page.maxLimit': 40 })).toMatchObject({
      field: 'page.limit',
    })
    // A page could not be filled from a shorter ranking.
    expect(refused({ 'width.secondStage': 50 })).toMatchObject({ field: 'page.maxLimit' })
    expect(refused({ 'width.secondStage': 50, 'page.maxLimit': 50 })).toBeUndefined()
    expect(refused({ 'groups.newMax': 100 })).toMatchObject({ field: 'groups.newMax' })
    expect(refused(none)).toMatchObject({ field: 'sources.two-tower.weight.casual' })
  })
})

describe('the environment', () => {
  it('has a name of its own for each setting', () => {
    expect(environmentName('precompute.maxAgeHours')).toBe('EXPLORE_SET_PRECOMPUTE_MAX_AGE_HOURS')
    const names = Object.keys(SETTINGS).map(environmentName)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[A-Z_]+$/)
  })

  it('overrides numbers by JSON, and texts as they are', () => {
    const overrides = settingsOfEnvironment({
      EXPLORE_SET_PAGE_LIMIT: '7',
      EXPLORE_SET_GROUPS_SEGMENT: '2024',
      EXPLORE_SET_PRECOMPUTE_POLICY: 'all',
      PATH: '/bin',
    })
    expect(overrides).toEqual({
      'page.limit': 7,
      'groups.segment': '2024',
      'precompute.policy': 'all',
    })
    expect(settingsFrom(overrides)['groups.segment']).toBe('2024')
    for (const bad of ['', 'seven', '7 items', 'true']) {
      const broken = settingsOfEnvironment({ EXPLORE_SET_PAGE_LIMIT: bad })
      expect(refused(broken)).toMatchObject({ code: 'SETTING_INVALID', field: 'page.limit' })
    }
  })
})
