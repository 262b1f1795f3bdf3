import { ErrorCode, ProtocolError } from './protocol.js';
import type { Socket } from './socket.js';

/** Frames up to this are put together for one write. */
const MAX_JOINED = 64 * 1024;
/** Answers to a server that asks and does not read. */
const MAX_WAITING_ANSWERS = 1000;

/** What is to be sent. Frames of one moment go out together: hello, request and its body in one packet. */
export class Outbox {
  private frames: Uint8Array[] = [];
  private bytes = 0;
  private full = false;
  private waitingAnswers = 0;

  constructor(private readonly socket: Socket) {}

  /** Whether the system takes more: what can wait should, while it does not. */
  get hasRoom(): boolean {
    return !this.full;
  }

  push(frame: Uint8Array): void {
    if (this.frames.length === 0) queueMicrotask(() => this.flush());
    this.frames.push(frame);
    this.bytes += frame.length;
  }

  /** A frame that the server asked for. @throws ProtocolError when it asks for many and takes none */
  pushAnswer(frame: Uint8Array): void {
    if (this.full) this.waitingAnswers += 1;
    if (this.waitingAnswers > MAX_WAITING_ANSWERS) {
      throw new ProtocolError(ErrorCode.ENHANCE_YOUR_CALM, 'questions without end, and the answers are not read');
    }
    this.push(frame);
  }

  drained(): void {
    this.full = false;
    this.waitingAnswers = 0;
  }

  flush(): void {
    const { frames } = this;
    if (frames.length === 0) return;
    const parts = this.bytes <= MAX_JOINED ? [Buffer.concat(frames)] : frames;
    this.frames = [];
    this.bytes = 0;
    for (const part of parts) this.full = !this.socket.write(part);
  }
}
