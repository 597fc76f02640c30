import { crc32, deflateSync } from 'node:zlib';

/**
 * Two pictures of our own for OpenFn's list of adaptors: a speech bubble with three dots. Plain shapes,
 * so that no tool for pictures is needed.
 */

const GREEN = [15, 118, 110];
const WHITE = [255, 255, 255];

/** Each point is looked at in this many places, for smooth edges. */
const GRID = 4;

/** @returns {Buffer} the PNG of a picture that is `width` by `height` points */
export function picture(width, height) {
  const size = Math.min(width, height);
  const rows = [];
  for (let y = 0; y < height; y++) {
    const row = Buffer.alloc(1 + width * 3);
    for (let x = 0; x < width; x++) {
      const share = bubbleShare(x - (width - size) / 2, y - (height - size) / 2, size);
      for (const [index, back] of GREEN.entries()) {
        row[1 + x * 3 + index] = Math.round(back + (WHITE[index] - back) * share);
      }
    }
    rows.push(row);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits each of red, green and blue.
  head.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** How much of a point of the square is white. */
function bubbleShare(x, y, size) {
  let white = 0;
  for (let place = 0; place < GRID * GRID; place++) {
    const across = (x + ((place % GRID) + 0.5) / GRID) / size;
    const down = (y + (Math.floor(place / GRID) + 0.5) / GRID) / size;
    if (isBubble(across, down) && !isDot(across, down)) white++;
  }
  return white / GRID ** 2;
}

const RADIUS = 0.1;

/** A rounded box with a tail; `x` and `y` are from 0 to 1. */
function isBubble(x, y) {
  const beyondX = Math.max(0.18 + RADIUS - x, x - 0.82 + RADIUS, 0);
  const beyondY = Math.max(0.24 + RADIUS - y, y - 0.68 + RADIUS, 0);
  const isBox = Math.hypot(beyondX, beyondY) <= RADIUS;
  return isBox || (x >= 0.3 && y >= 0.6 && x - 0.3 + (y - 0.6) <= 0.22);
}

function isDot(x, y) {
  return [0.34, 0.5, 0.66].some(center => Math.hypot(x - center, y - 0.46) <= 0.045);
}
