/** The words of the demo world. They name things; all structure is drawn in catalogue and population. */
export const TOPICS = [
  ...['cats', 'dogs', 'birds', 'aquariums', 'wildlife', 'horses'],
  ...['street-food', 'baking', 'coffee', 'vegan-recipes', 'barbecue', 'cocktails'],
  ...['ceramics', 'woodworking', 'knitting', 'calligraphy', 'watercolour', 'origami'],
  ...['football', 'basketball', 'climbing', 'skateboarding', 'surfing', 'running'],
  ...['yoga', 'weightlifting', 'dance', 'martial-arts', 'cycling', 'tennis'],
  ...['house-plants', 'gardening', 'interior-design', 'architecture', 'tiny-houses', 'diy'],
  ...['hiking', 'city-breaks', 'vans', 'camping', 'beaches', 'trains'],
  ...['sneakers', 'vintage-fashion', 'nail-art', 'make-up', 'hairstyles', 'tattoos'],
  ...['guitar', 'electronic-music', 'choirs', 'vinyl', 'stand-up', 'film'],
  ...['astronomy', 'robots', 'chess', 'history', 'photography', 'board-games'],
] as const

export const COUNTRIES = [
  { code: 'us', language: 'en', share: 0.24 },
  { code: 'in', language: 'hi', share: 0.16 },
  { code: 'br', language: 'pt', share: 0.13 },
  { code: 'id', language: 'id', share: 0.1 },
  { code: 'gb', language: 'en', share: 0.08 },
  { code: 'mx', language: 'es', share: 0.08 },
  { code: 'de', language: 'de', share: 0.07 },
  { code: 'fr', language: 'fr', share: 0.06 },
  { code: 'es', language: 'es', share: 0.04 },
  { code: 'ng', language: 'en', share: 0.04 },
] as const

export const LANGUAGES: readonly string[] = [...new Set(COUNTRIES.map(each => each.language))]

/** Index in `LANGUAGES` of a country's language, by index in `COUNTRIES`. */
export const LANGUAGE_OF = COUNTRIES.map(each => LANGUAGES.indexOf(each.language))

export const AGE_RANGES = [
  { name: '13-17', share: 0.12 },
  { name: '18-24', share: 0.32 },
  { name: '25-34', share: 0.29 },
  { name: '35-44', share: 0.15 },
  { name: '45-54', share: 0.08 },
  { name: '55+', share: 0.04 },
] as const

export const DEVICES = [
  { name: 'android', share: 0.55 },
  { name: 'ios', share: 0.38 },
  { name: 'web', share: 0.07 },
] as const

export const FORMATS = [
  { name: 'photo', share: 0.3 },
  { name: 'carousel', share: 0.15 },
  { name: 'reel', share: 0.55 },
] as const

/** The format that plays for a time. */
export const REEL = 2

/** `lift`: how a surface moves the logit of a click, as tabs do in KuaiRand (.50 against .09). */
export const SURFACES = [
  { name: 'explore', share: 0.9, lift: 0 },
  { name: 'grid', share: 0.1, lift: -2 },
] as const

/** Number of songs; popularity falls as 1/rank. */
export const SONGS = 240

/** Index of the entry of `table` in which `u` in (0, 1) falls, by the entries' shares. */
export const pick = (table: readonly { readonly share: number }[], u: number): number => {
  let left = u * table.reduce((sum, entry) => sum + entry.share, 0)
  const last = table.length - 1
  for (let at = 0; at < last; at++) if ((left -= table[at]!.share) < 0) return at
  return last
}
