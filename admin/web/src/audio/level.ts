/** How loud something is now: written many times a second, read by meters without a render of the page. */
export class Level {
  private readonly listeners = new Set<(value: number) => void>();
  value = 0;

  set(value: number): void {
    // Up at once, down slowly: peaks are seen.
    this.value = value > this.value ? value : this.value * FALL + value * (1 - FALL);
    for (const listener of this.listeners) listener(this.value);
  }

  watch(listener: (value: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const FALL = 0.7;
