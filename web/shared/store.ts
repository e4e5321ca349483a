// A value that parts of the page look at, and hear of when it changes.

import { useEffect, useReducer } from "preact/hooks";

export class Store<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  get(): T {
    return this.value;
  }

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    this.tell();
  }

  /** Says that something inside the value has changed. */
  tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** The store's value, for a part that is drawn anew whenever it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useReducer((count: number, _: void) => count + 1, 0);
  useEffect(() => {
    redraw();
    return store.listen(() => redraw());
  }, [store]);
  return store.get();
}
