/** A waiting line that is divided among groups and callers, which take turns. */

/** Lines within lines: a path of names leads to the line of one caller, which is in order of arrival. */
export class FairLine<T> {
  private readonly parts = new Map<string, FairLine<T>>();
  private readonly items: T[] = [];
  private count = 0;

  /** Number of items in this line and all its parts. */
  get size(): number {
    return this.count;
  }

  push([name, ...rest]: readonly string[], item: T): void {
    this.count += 1;
    if (name === undefined) {
      this.items.push(item);
      return;
    }
    const part = this.parts.get(name) ?? new FairLine<T>();
    this.parts.set(name, part);
    part.push(rest, item);
  }

  /** Removes the item whose turn it is. */
  shift(): T | undefined {
    const [first] = this.parts;
    const item = first ? this.takenFrom(first[0], first[1]) : this.items.shift();
    if (item !== undefined) this.count -= 1;
    return item;
  }

  /**
   * Frees a place for one more item of a caller: removes and returns the newest item of the caller with the most, if they still
   * have as much as the caller then. Looks within the caller's own group otherwise.
   */
  displaceFor([name, ...rest]: readonly string[]): T | undefined {
    const longest = [...this.parts].reduce<[string, FairLine<T>] | undefined>(
      (found, part) => (found && found[1].size >= part[1].size ? found : part),
      undefined,
    );
    if (!longest || name === undefined) return undefined;
    const own = this.parts.get(name);
    const isOwn = longest[1] === own || longest[1].size - 1 <= (own?.size ?? 0);
    const removed = isOwn ? own?.displaceFor(rest) : longest[1].pop();
    if (removed !== undefined) this.removed(isOwn ? name : longest[0]);
    return removed;
  }

  /** Removes the newest item of the longest part. */
  private pop(): T | undefined {
    const longest = [...this.parts].sort(([, one], [, other]) => other.size - one.size)[0];
    const item = longest ? longest[1].pop() : this.items.pop();
    if (item === undefined) return undefined;
    if (longest) this.removed(longest[0]);
    else this.count -= 1;
    return item;
  }

  private takenFrom(name: string, part: FairLine<T>): T | undefined {
    const item = part.shift();
    this.parts.delete(name);
    if (part.size > 0) this.parts.set(name, part);
    return item;
  }

  private removed(name: string): void {
    this.count -= 1;
    if (this.parts.get(name)?.size === 0) this.parts.delete(name);
  }
}
