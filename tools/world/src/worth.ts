/** What the world draws for an impression, the click first because it gates the others. */
export const REACTIONS = [
  'click',
  'long_view',
  'like',
  'save',
  'share',
  'comment',
  'follow',
  'see_less',
  'report',
] as const

export type Reaction = (typeof REACTIONS)[number]

/**
 * Worth of a reaction in clicks: the world's own definition of value. A long view counts more than
 * the click that led to it, so that bait does not pay; asking to see less outweighs forty clicks.
 */
export const WORTH: Readonly<Record<Reaction | 'hide_author', number>> = {
  click: 1,
  long_view: 2,
  like: 5,
  save: 10,
  share: 15,
  comment: 5,
  follow: 15,
  see_less: -40,
  hide_author: -40,
  report: -400,
}
