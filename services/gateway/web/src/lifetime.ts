// How long something on a page lives: its listeners and its clock end together.

export class Lifetime {
  readonly #end = new AbortController();

  /** For `addEventListener`: a listener with it ends with this. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  every(milliseconds: number, look: () => void): void {
    const timer = window.setInterval(look, milliseconds);
    this.signal.addEventListener("abort", () => window.clearInterval(timer));
  }

  end(): void {
    this.#end.abort();
  }
}
