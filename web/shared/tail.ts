// A list whose end stays in sight until its reader goes elsewhere.
//
// The browser tells of scrolling with its next frame, and what comes in before that must not pull the reader back. So
// what counts is where the list stands, compared with where it was put; events only say when to look.

export class Tail {
  /** Whether the end is kept in sight. */
  isFollowed = true;
  private top = 0;
  private end = 0;
  private height = 0;

  /** So close to the end counts as the end, in pixels. */
  constructor(private readonly near: number) {}

  /** Brings the end into sight, and keeps it there. */
  follow(list: HTMLElement): void {
    list.scrollTop = list.scrollHeight;
    this.isFollowed = true;
    this.top = list.scrollTop;
    this.end = list.scrollHeight;
    this.height = list.clientHeight;
  }

  /** Finds out whether the reader has gone elsewhere or come back, whatever the list has grown by meanwhile. */
  look(list: HTMLElement): void {
    if (this.isAtEnd(list)) {
      this.isFollowed = true;
      return;
    }
    // A list of another size than a moment ago was not scrolled: the field below it grew.
    if (list.clientHeight !== this.height) return;
    const movedUp = list.scrollTop < this.top;
    if (movedUp && list.scrollTop + list.clientHeight < this.end - this.near) this.isFollowed = false;
  }

  /** The reader wants to see what is in sight now. */
  settle(list: HTMLElement): void {
    this.isFollowed = this.isAtEnd(list);
  }

  private isAtEnd(list: HTMLElement): boolean {
    return list.scrollTop + list.clientHeight >= list.scrollHeight - this.near;
  }
}
