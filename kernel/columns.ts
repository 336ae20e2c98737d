// What values of each column may look like, as records in memory, one behind the other, and behind them the names and
// the place for rows. A record has six numbers: the kind, places, most, whether it is strict, and of the name where it lies
// and its bytes; see Token in the program.

/** Where the first record lies. */
const firstAt: usize = 1024;
const size: usize = 24;

let count: u32 = 0;
/** Where the next name lies. */
let free: usize = firstAt;

/** Makes room for so many columns. */
export function begin(columns: u32): void {
  count = 0;
  free = firstAt + (columns as usize) * size;
}

/** Says what the next column is; gives the place for its name. */
export function column(kind: i32, places: u32, most: u32, isStrict: bool, nameLength: u32): usize {
  const at = columnAt(count++);
  store<i32>(at, kind);
  store<u32>(at, places, 4);
  store<u32>(at, most, 8);
  store<u32>(at, isStrict as u32, 12);
  store<u32>(at, free as u32, 16);
  store<u32>(at, nameLength, 20);
  const name = free;
  // Names are compared by 16 bytes.
  free += (nameLength + 31) & ~15;
  return name;
}

/** Where rows may lie: behind all names. */
export function rowsBegin(): usize {
  return (free + 63) & ~63;
}

export function columnCount(): u32 {
  return count;
}

export function columnAt(i: u32): usize {
  return firstAt + (i as usize) * size;
}

export function nextColumn(column: usize): usize {
  return column + size;
}

export function kindAt(column: usize): i32 {
  return load<i32>(column);
}

export function placesAt(column: usize): usize {
  return load<u32>(column, 4);
}

export function mostAt(column: usize): usize {
  return load<u32>(column, 8);
}

export function isStrictAt(column: usize): bool {
  return load<u32>(column, 12) !== 0;
}

export function nameAt(column: usize): usize {
  return load<u32>(column, 16);
}

export function nameLengthAt(column: usize): usize {
  return load<u32>(column, 20);
}
