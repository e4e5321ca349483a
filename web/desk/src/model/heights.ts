// How high rows are: measured where they were shown, guessed elsewhere. A Fenwick tree, so that both "where is row n"
// and "which row is at y" are quick among tens of thousands.

export class Heights {
  private readonly tree: number[] = [0];
  private readonly known: number[] = [];

  constructor(private readonly guess: number) {}

  get count(): number {
    return this.known.length;
  }

  get total(): number {
    return this.before(this.count);
  }

  /** Makes room for `count` rows. */
  grow(count: number): void {
    while (this.known.length < count) {
      this.known.push(this.guess);
      const at = this.known.length;
      let sum = this.guess;
      for (let step = 1; step < (at & -at); step <<= 1) sum += this.tree[at - step] ?? 0;
      this.tree.push(sum);
    }
  }

  heightOf(row: number): number {
    return this.known[row] ?? this.guess;
  }

  /** Notes what was measured and gives the difference. */
  set(row: number, height: number): number {
    const difference = height - this.heightOf(row);
    if (difference === 0 || row >= this.count) return 0;
    this.known[row] = height;
    for (let at = row + 1; at <= this.count; at += at & -at) {
      this.tree[at] = (this.tree[at] ?? 0) + difference;
    }
    return difference;
  }

  /** The height of all rows before this one: its top. */
  before(row: number): number {
    let sum = 0;
    for (let at = row; at > 0; at -= at & -at) sum += this.tree[at] ?? 0;
    return sum;
  }

  /** The row at this distance from the top. */
  rowAt(y: number): number {
    let at = 0;
    let rest = y;
    let step = 1;
    while (step * 2 <= this.count) step *= 2;
    for (; step > 0; step >>= 1) {
      const sum = this.tree[at + step];
      if (at + step <= this.count && sum !== undefined && sum <= rest) {
        at += step;
        rest -= sum;
      }
    }
    return Math.min(at, Math.max(0, this.count - 1));
  }
}
