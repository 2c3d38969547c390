import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gzipSync } from 'node:zlib'
import { importFixture } from './import-fixture.ts'
import type { ImportFixture } from './import-fixture.ts'
import { compileMapping } from './compile-mapping.ts'
import type { ImportReport } from './import-records.ts'
import { loadMapping } from './load-mapping.ts'

const ITEM_COLUMNS =
  'video_id,author_id,video_type,upload_dt,upload_type,visible_status,video_duration,server_width,server_height,music_id,music_type,tag'

/** Everything in the items file that sums up the month in which the impressions fall. */
const LEAKS =
  'counts,show_cnt,show_user_num,play_cnt,play_user_num,play_duration,complete_play_cnt,complete_play_user_num,valid_play_cnt,valid_play_user_num,long_time_play_cnt,long_time_play_user_num,short_time_play_cnt,short_time_play_user_num,play_progress,comment_stay_duration,like_cnt,like_user_num,click_like_cnt,double_click_cnt,cancel_like_cnt,cancel_like_user_num,comment_cnt,comment_user_num,direct_comment_cnt,reply_comment_cnt,delete_comment_cnt,delete_comment_user_num,comment_like_cnt,comment_like_user_num,follow_cnt,follow_user_num,cancel_follow_cnt,cancel_follow_user_num,share_cnt,share_user_num,download_cnt,download_user_num,report_cnt,report_user_num,reduce_similar_cnt,reduce_similar_user_num,collect_cnt,collect_user_num,cancel_collect_cnt,cancel_collect_user_num,direct_comment_user_num,reply_comment_user_num,share_all_cnt,share_all_user_num,outsite_share_all_cnt'.split(
    ',',
  )

const PROFILE =
  'user_active_degree,is_lowactive_period,is_live_streamer,is_video_author,follow_user_num_range,fans_user_num_range,friend_user_num_range,register_days_range'
const COUNTS = 'follow_user_num,fans_user_num,friend_user_num,register_days'
const ONE_HOT = Array.from({ length: 18 }, (_, i) => `onehot_feat${i}`)

const LABELS = 'is_click,long_view,is_like,is_follow,is_comment,is_forward,is_hate'

const leaked = (item: string): string => LEAKS.map(column => `leak-${item}-${column}`).join(',')

const files = {
  'items.csv.gz': gzipSync(
    [
      `${ITEM_COLUMNS},${LEAKS.join(',')}`,
      `10,7349781,NORMAL,2022-04-10,LongImport,0.0,87433.0,720.0,1280.0,9155697141,9.0,"39,3",${leaked('10')}`,
      `11,2103883,AD,2022-04-11,Web,0.0,,720.0,1280.0,6355810746,,2,${leaked('11')}`,
    ].join('\n'),
  ),
  'users.csv': [
    `user_id,${PROFILE},${COUNTS},${ONE_HOT.join(',')}`,
    `7,full_active,0,-124,1,"(250,500]","[10,100)",500+,730+,514,150,34,799,${ONE_HOT.map((_, i) => (i === 4 ? '' : `${i}.0`)).join(',')}`,
  ].join('\n'),
  'impressions_0425_0508.csv': [
    `user_id,video_id,date,hourmin,time_ms,tab,duration_ms,play_time_ms,${LABELS},is_profile_enter,profile_stay_time,comment_stay_time`,
    '7,10,20220425,0,1650812741436,1,49866,61802,1,1,1,0,1,1,0,0,0,0',
    '7,11,20220425,0,1650812934945,4,11933,0,0,0,0,0,0,0,1,0,0,0',
    '7,11,20220425,0,1650812934945,4,11933,0,0,0,0,0,0,0,1,0,0,0',
  ].join('\n'),
  'history_to_0424.csv': [
    'user_id,history_len,last_time_ms,watch_seq,long_view_seq,like_seq',
    '7,60,1650615878629,10 11 10,12 10,',
  ].join('\n'),
  'LICENSE.txt': 'CC BY-SA 4.0',
}

describe('the kuairand mapping', () => {
  let kuairand: ImportFixture
  let report: ImportReport
  beforeAll(async () => {
    kuairand = await importFixture(files)
    report = await kuairand.run({ mapping: await loadMapping('kuairand') })
  })
  afterAll(() => kuairand.remove())

  it('makes items of what was known at upload', () => {
    const [first, second] = kuairand.items
    expect(first).toEqual({
      id: '10',
      author: '7349781',
      topics: ['39', '3'],
      createdAt: Date.UTC(2022, 3, 10),
      durationMs: 87_433,
      attributes: {
        music: expect.stringMatching(/^[\w-]{16}$/),
        video_type: 'NORMAL',
        upload_type: 'LongImport',
        music_type: '9.0',
      },
    })
    expect(Object.keys(second!.attributes!)).toEqual(['music', 'video_type', 'upload_type'])
    expect(second).not.toHaveProperty('durationMs')
  })

  it('lets no month-long aggregate through: not its value, not its name', async () => {
    const everything = JSON.stringify([kuairand.items, kuairand.users, kuairand.events])
    expect(everything).not.toContain('leak-')
    const rules = compileMapping(await loadMapping('kuairand'), 0)
    for (const { name } of rules.flatMap(rule => rule.columns)) expect(LEAKS).not.toContain(name)
  })

  it.each(LEAKS)('refuses to be changed to read %s', async column => {
    const { files: rules } = await loadMapping('kuairand')
    const items = rules.find(rule => rule.item !== undefined)!
    const leaky = {
      ...items,
      item: { ...items.item!, attributes: { popular: `if(${column}? > 100, 'yes', 'no')` } },
    }
    expect(() => compileMapping({ files: [leaky] }, 0)).toThrow(/is excluded: .* whole month/)
  })

  it('makes the profile of a user attributes, and the counts behind its ranges not', () => {
    const { attributes } = kuairand.users[0]!
    expect(Object.keys(attributes!).sort()).toEqual(
      [...PROFILE.split(','), ...ONE_HOT.filter(name => name !== 'onehot_feat4')].sort(),
    )
    expect(attributes).toMatchObject({ follow_user_num_range: '(250,500]', onehot_feat3: '3.0' })
  })

  it('makes an impression and its labels of each row, once', () => {
    const events = kuairand.events.filter(({ surface }) => surface !== 'history')
    const shared = { userId: '7', itemId: '10', time: 1650812741436, surface: '1', playMs: 61_802 }
    expect(events.slice(0, 6)).toMatchObject(
      ['impression', 'click', 'long_view', 'like', 'share', 'comment'].map(type => ({
        ...shared,
        type,
      })),
    )
    expect(events.slice(6).map(({ type, surface }) => [type, surface])).toEqual([
      ['impression', '4'],
      ['see_less', '4'],
    ])
    expect(report.duplicates).toBe(2)
  })

  it('lays histories a minute apart, as positives and skips: their clicks were not recorded', () => {
    const events = kuairand.events.filter(({ surface }) => surface === 'history')
    const last = 1650615878629
    expect(events.map(({ type, itemId, time }) => [type, itemId, (last - time) / 60_000])).toEqual([
      ['long_view', '12', 3],
      ['skip', '10', 2],
      ['skip', '11', 1],
      ['long_view', '10', 0],
    ])
  })
})
