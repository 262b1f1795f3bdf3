import { MAX_WINDOW } from './protocol.js';

/** How much the server lets us send: on a stream, or on all of them (RFC 9113 §5.2). */
export class SendWindow {
  constructor(private left: number) {}

  /** How much of `wanted` bytes may be sent now. SETTINGS can make a window negative. */
  allows(wanted: number): number {
    return Math.max(0, Math.min(wanted, this.left));
  }

  take(bytes: number): void {
    this.left -= bytes;
  }

  /** False when that is more than a window may have (§6.9.1). */
  grow(bytes: number): boolean {
    this.left += bytes;
    return this.left <= MAX_WINDOW;
  }
}

/** How much we let the server send. What was received is given back when it is worth a frame: half of the window. */
export class ReceiveWindow {
  private left: number;
  private owed = 0;

  constructor(private readonly size: number) {
    this.left = size;
  }

  /** False when the server sent more than it may. */
  receive(bytes: number): boolean {
    this.left -= bytes;
    this.owed += bytes;
    return this.left >= 0;
  }

  /** How much to tell the server that it may send again; 0 while that is little. */
  giveBack(): number {
    if (this.owed < this.size / 2) return 0;
    const { owed } = this;
    this.left += owed;
    this.owed = 0;
    return owed;
  }
}
